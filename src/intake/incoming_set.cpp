#include "intake/incoming_set.hpp"

#include "intake/intake_file.hpp"
#include "intake/offered.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace diptych::intake {

incoming_set::incoming_set(
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    effects& to,
    std::vector<scheme> known,
    endpoint::surroundings in,
    incoming_options options
)
    : log_(log),
      time_(time),
      random_(random),
      to_(to),
      known_(std::move(known)),
      in_(std::move(in)),
      options_(options) {}

result<void> incoming_set::add(std::string_view file_name, std::string_view text) {
    DIPTYCH_TRY(auto of, parse_incoming(file_name, text, known_));
    DIPTYCH_TRY(channels_.expect_none(file_name, of.name));
    auto const with = std::ranges::find(known_, of.scheme, &scheme::name);
    std::unique_ptr<receiver> from = std::make_unique<offered>();
    if (in_.connects) {
        DIPTYCH_TRY(from, with->open(of, in_));
    }
    channels_.add(std::make_unique<incoming>(
        std::move(of), log_, time_, random_, to_, std::move(from), options_
    ));
    return {};
}

result<void> incoming_set::check_effects() const {
    for (auto* const channel : all())
        for (auto const& one : channel->of().rules)
            if (auto const fits = to_.check(one); !fits)
                return fail(
                    errc::invalid,
                    "channel_file",
                    fmt::format(
                        "{}.toml: on.{}: {}", channel->of().name, one.type, fits.error().message
                    )
                );
    return {};
}

void incoming_set::stop() {
    for (auto* const one : all()) one->stop();
}

}  // namespace diptych::intake
