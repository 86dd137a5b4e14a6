#include "outbox/declaration.hpp"

#include "outbox/scheme.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::outbox {

std::string_view to_string(refusal_rule what) {
    return what == refusal_rule::park ? "park" : "pause";
}

std::string_view to_string(assurance what) {
    return what == assurance::best_effort ? "best_effort" : "at_least_once";
}

result<std::string> revealed_text(
    std::string_view channel,
    std::string_view setting,
    std::string const& text,
    surroundings const& in
) {
    if (!text.starts_with("env:")) return text;
    auto value = in.environment(text.substr(4));
    if (value) return *std::move(value);
    return fail(
        errc::invalid,
        "channel_secret",
        fmt::format(
            "channel {}: {} is in the variable {} of the environment, which is not set",
            channel,
            setting,
            text.substr(4)
        )
    );
}

result<std::vector<std::string>> revealed(
    declaration const& of, std::string_view setting, surroundings const& in
) {
    auto const found = of.settings.find(setting);
    if (found == of.settings.end()) return std::vector<std::string>{};
    std::vector<std::string> all;
    for (auto const& one : found->second) {
        DIPTYCH_TRY(auto text, revealed_text(of.name, setting, one, in));
        all.push_back(std::move(text));
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
