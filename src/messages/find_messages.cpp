#include "messages/find_messages.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace diptych::messages {

namespace {

constexpr std::size_t candidates_at_once = 500;
constexpr std::size_t candidates_most = 5'000;  // of one page
constexpr std::size_t bytes_most = 4u << 20;    // of their data, about

// What may be among the messages that are asked for, in order; all of it up to `seen`.
struct candidates {
    std::vector<position> found;
    position seen;
    std::optional<page> events = {};  // what stands there, if it has been read
};

result<message> message_among(candidates const& all, std::size_t place, event_log const& log) {
    return all.events ? message_of((*all.events)[place], log) : message_at(all.found[place], log);
}

// Of a list that was asked for with a limit: complete up to its end, or up to the end of the log.
candidates listed(std::vector<position> found, position end) {
    auto const seen = found.size() < candidates_at_once ? end : found.back();
    return {std::move(found), seen};
}

candidates merged(candidates one, candidates const& other) {
    auto const seen = std::min(one.seen, other.seen);
    one.found.insert(one.found.end(), other.found.begin(), other.found.end());
    std::ranges::sort(one.found);
    auto const same = std::ranges::unique(one.found);
    one.found.erase(same.begin(), same.end());
    std::erase_if(one.found, [&](position at) { return at > seen; });
    return {std::move(one.found), seen};
}

class finder {
public:
    finder(message_filter const& what, message_index& index, event_log const& log)
        : what_(what), index_(index), log_(log), end_(index.at().position) {
        if (what.up_to) end_ = std::min(end_, *what.up_to);
    }

    position end() const { return end_; }

    result<candidates> next(position after) {
        position_range const range{.after = after, .limit = candidates_at_once};
        if (!what_.correlation.empty()) {
            DIPTYCH_TRY(auto found, index_.of_conversation(what_.correlation, range));
            return listed(std::move(found), end_);
        }
        if (!what_.user.empty()) {
            DIPTYCH_TRY(auto found, index_.of_user(what_.user, range));
            return listed(std::move(found), end_);
        }
        if (!what_.outcome.empty() || what_.kind == message_kind::command) return commands(range);
        DIPTYCH_TRY(auto events, events_after(after));
        if (what_.types.empty() && what_.stream.empty()) return events;
        if (what_.kind == message_kind::event) return events;
        DIPTYCH_TRY(auto also, commands(range));
        return merged(std::move(events), also);
    }

    bool takes(message const& one) const {
        if (what_.kind ? one.kind != *what_.kind
                       : one.kind == message_kind::record && !what_.engine)
            return false;
        if (!what_.types.empty() && std::ranges::none_of(what_.types, [&](auto const& type) {
                return type == one.type || (one.command && one.type.ends_with("." + type));
            }))
            return false;
        if (!what_.correlation.empty() && one.correlation_id != what_.correlation) return false;
        if (!what_.user.empty() && one.user != what_.user) return false;
        if (!what_.outcome.empty() && (!one.command || one.command->outcome != what_.outcome))
            return false;
        if (what_.stream.empty() || one.stream == what_.stream) return true;
        return one.command &&
               std::ranges::find(one.command->streams, what_.stream) != one.command->streams.end();
    }

private:
    // All of them by the one thing that narrows most; of several types, by each.
    result<candidates> commands(position_range const& range) {
        if (!what_.stream.empty()) {
            DIPTYCH_TRY(auto found, index_.commands_on(what_.stream, range));
            return listed(std::move(found), end_);
        }
        std::vector<std::string> const any{""};
        candidates all{.found = {}, .seen = end_};
        for (auto const& type : what_.types.empty() ? any : what_.types) {
            DIPTYCH_TRY(
                auto found, index_.commands({.name = type, .outcome = what_.outcome}, range)
            );
            all = merged(std::move(all), listed(std::move(found), end_));
        }
        return all;
    }

    // Without any name, the records of commands are among them.
    result<candidates> events_after(position after) {
        query asked{.engine_events = what_.kind != message_kind::event};
        if (!what_.types.empty() || !what_.stream.empty()) {
            query_item item{.types = what_.types};
            if (!what_.stream.empty()) item.tags.push_back(what_.stream);
            asked.items.push_back(std::move(item));
        }
        DIPTYCH_TRY(
            auto page,
            log_.read(
                {.what = std::move(asked),
                 .after = after,
                 .up_to = end_,
                 .limit = candidates_at_once}
            )
        );
        candidates all{.found = {}, .seen = std::min(page.seen().position, end_)};
        if (page.at_end()) all.seen = end_;
        for (auto const& event : page) all.found.push_back(event.position);
        all.events = std::move(page);
        return all;
    }

    message_filter const& what_;
    message_index& index_;
    event_log const& log_;
    position end_;
};

}  // namespace

result<message_page> find_messages(
    message_filter const& what, message_index& index, event_log const& log
) {
    finder of(what, index, log);
    message_page made{.messages = {}, .seen = what.after};
    std::size_t bytes = 0;
    for (std::size_t looked_at = 0; looked_at < candidates_most;) {
        if (made.seen >= of.end()) {
            made.at_end = true;
            return made;
        }
        DIPTYCH_TRY(auto const some, of.next(made.seen));
        for (std::size_t i = 0; i < some.found.size() && some.found[i] <= of.end(); ++i) {
            DIPTYCH_TRY(auto one, message_among(some, i, log));
            made.seen = some.found[i];
            ++looked_at;
            if (!of.takes(one)) continue;
            bytes += one.data.size() + one.metadata.size();
            made.messages.push_back(std::move(one));
            if (made.messages.size() == what.limit || bytes > bytes_most) return made;
        }
        made.seen = std::max(made.seen, some.seen);
    }
    return made;
}

}  // namespace diptych::messages
