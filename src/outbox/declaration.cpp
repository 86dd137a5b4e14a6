#include "outbox/declaration.hpp"

#include "outbox/scheme.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::outbox {

std::string_view to_string(refusal_rule what) {
    return what == refusal_rule::park ? "park" : "pause";
}

result<std::vector<std::string>> revealed(
    declaration const& of, std::string_view setting, surroundings const& in
) {
    auto const found = of.settings.find(setting);
    if (found == of.settings.end()) return std::vector<std::string>{};
    std::vector<std::string> all;
    for (auto const& one : found->second) {
        if (!one.starts_with("env:")) {
            all.push_back(one);
            continue;
        }
        auto value = in.environment(one.substr(4));
        if (!value)
            return fail(
                errc::invalid,
                "channel_secret",
                fmt::format(
                    "channel {}: {} is in the variable {} of the environment, which is not set",
                    of.name,
                    setting,
                    one.substr(4)
                )
            );
        all.push_back(*std::move(value));
    }
    return all;
}

result<std::string> revealed_one(
    declaration const& of, std::string_view setting, surroundings const& in
) {
    DIPTYCH_TRY(auto all, revealed(of, setting, in));
    return all.empty() ? std::string{} : std::move(all.front());
}

}  // namespace diptych::outbox
