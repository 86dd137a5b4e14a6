#include "endpoint/surroundings.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <utility>

namespace diptych::endpoint {

result<std::vector<std::string>> revealed(
    declared_channel const& of, std::string_view setting, surroundings const& in
) {
    auto const found = of.settings.find(setting);
    if (found == of.settings.end()) return std::vector<std::string>{};
    auto all = found->second;
    for (auto& text : all) {
        if (!text.starts_with("env:")) continue;
        auto const variable = text.substr(4);
        auto value = in.environment(variable);
        if (!value)
            return fail(
                errc::invalid,
                "channel_secret",
                fmt::format(
                    "channel {}: {} is in the variable {} of the environment, which is not set",
                    of.name,
                    setting,
                    variable
                )
            );
        text = *std::move(value);
    }
    return all;
}

result<std::string> revealed_one(
    declared_channel const& of, std::string_view setting, surroundings const& in
) {
    DIPTYCH_TRY(auto all, revealed(of, setting, in));
    return all.empty() ? std::string{} : std::move(all.front());
}

}  // namespace diptych::endpoint
