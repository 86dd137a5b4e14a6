#include "outbox/channel_set.hpp"

#include "outbox/channel_file.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace diptych::outbox {

channel_set::channel_set(
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    std::vector<scheme> known,
    endpoint::surroundings in,
    channel_options how
)
    : log_(log),
      time_(time),
      random_(random),
      known_(std::move(known)),
      in_(std::move(in)),
      how_(how) {}

result<void> channel_set::add(std::string_view file_name, std::string_view text) {
    DIPTYCH_TRY(auto of, parse_channel(file_name, text, known_));
    DIPTYCH_TRY(channels_.expect_none(file_name, of.name));
    auto const with = std::ranges::find(known_, of.scheme, &scheme::name);
    auto place = with->place != nullptr ? with->place(of, in_) : "";
    if (auto const known = places_.find(place); known != places_.end())
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format(
                "{}: it delivers to {}, as {} does: each channel needs one of its own",
                file_name,
                place,
                known->second
            )
        );
    std::unique_ptr<transport> by;
    if (in_.connects) {
        DIPTYCH_TRY(by, with->open(of, in_));
    }
    if (!place.empty()) places_.emplace(std::move(place), file_name);
    auto how = how_;
    how.window_max = std::max(how.window_max, 4 * of.in_flight);
    channels_.add(std::make_unique<channel>(std::move(of), log_, time_, random_, std::move(by), how)
    );
    return {};
}

result<channel*> channel_set::find(std::string_view name) const {
    if (auto* const found = channels_.find(name)) return found;
    std::string there;
    for (auto const* const one : all())
        there.append(there.empty() ? "are " : ", ").append(one->of().name);
    return fail(
        errc::not_found,
        "unknown_channel",
        fmt::format("there is no channel '{}'; there {}", name, there.empty() ? "are none" : there)
    );
}

result<void> channel_set::stop() {
    result<void> first;
    for (auto* const one : all())
        if (auto stopped = one->stop(); !stopped && first) first = std::move(stopped);
    return first;
}

}  // namespace diptych::outbox
