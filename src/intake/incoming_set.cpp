#include "intake/incoming_set.hpp"

#include "intake/intake_file.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::intake {

incoming_set::incoming_set(
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    effects& to,
    std::vector<scheme> known,
    outbox::surroundings in
)
    : log_(log),
      time_(time),
      random_(random),
      to_(to),
      known_(std::move(known)),
      in_(std::move(in)) {}

result<void> incoming_set::add(std::string_view file_name, std::string_view text) {
    DIPTYCH_TRY(auto of, parse_incoming(file_name, text, known_));
    if (by_name_.contains(of.name))
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format("{}: there is a channel {} already", file_name, of.name)
        );
    auto const with = std::ranges::find(known_, of.scheme, &scheme::name);
    DIPTYCH_TRY(auto from, with->open(of, in_));
    auto name = of.name;
    by_name_.emplace(
        std::move(name),
        std::make_unique<incoming>(std::move(of), log_, time_, random_, to_, std::move(from))
    );
    return {};
}

result<void> incoming_set::check_effects() const {
    for (auto const& [name, channel] : by_name_)
        for (auto const& one : channel->of().rules)
            if (auto const fits = to_.check(one); !fits)
                return fail(
                    errc::invalid,
                    "channel_file",
                    fmt::format("{}.toml: on.{}: {}", name, one.type, fits.error().message)
                );
    return {};
}

incoming* incoming_set::find(std::string_view name) const {
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second.get();
}

std::vector<incoming*> incoming_set::all() const {
    std::vector<incoming*> found;
    for (auto const& [name, one] : by_name_) found.push_back(one.get());
    return found;
}

result<bool> incoming_set::step() {
    bool more = false;
    for (auto const& [name, one] : by_name_) {
        DIPTYCH_TRY(auto const stepped, one->step());
        more = more || stepped;
    }
    return more;
}

void incoming_set::stop() {
    for (auto const& [name, one] : by_name_) one->stop();
}

}  // namespace diptych::intake
