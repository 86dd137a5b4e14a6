#include "outbox/channel_set.hpp"

#include "outbox/channel_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace diptych::outbox {

channel_set::channel_set(
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    std::vector<scheme> known,
    surroundings in,
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
    if (by_name_.contains(of.name))
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format("{}: there is a channel {} already", file_name, of.name)
        );
    auto const with = std::ranges::find(known_, of.scheme, &scheme::name);
    DIPTYCH_TRY(auto by, with->open(of, in_));
    auto how = how_;
    how.window_max = std::max(how.window_max, 4 * of.in_flight);
    auto name = of.name;
    by_name_.emplace(
        std::move(name),
        std::make_unique<channel>(std::move(of), log_, time_, random_, std::move(by), how)
    );
    return {};
}

result<channel*> channel_set::find(std::string_view name) const {
    if (auto const found = by_name_.find(name); found != by_name_.end()) return found->second.get();
    return fail(
        errc::not_found,
        "unknown_channel",
        fmt::format(
            "there is no channel '{}'; there {}",
            name,
            by_name_.empty() ? "are none"
                             : fmt::format("are {}", fmt::join(std::views::keys(by_name_), ", "))
        )
    );
}

std::vector<channel*> channel_set::all() const {
    std::vector<channel*> found;
    for (auto const& [name, one] : by_name_) found.push_back(one.get());
    return found;
}

result<bool> channel_set::step() {
    bool more = false;
    for (auto const& [name, one] : by_name_) {
        DIPTYCH_TRY(auto const stepped, one->step());
        more = more || stepped;
    }
    return more;
}

result<void> channel_set::stop() {
    result<void> first;
    for (auto const& [name, one] : by_name_)
        if (auto stopped = one->stop(); !stopped && first) first = std::move(stopped);
    return first;
}

}  // namespace diptych::outbox
