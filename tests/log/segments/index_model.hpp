/// @file
/// What an index must say, by looking at every event.
#pragma once

#include "log/frame.hpp"
#include "log/postings.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::testing {

/// Keeps the frames it is given and answers by brute force.
class index_model {
public:
    void add(log::frame_ptr const& frame) {
        frames_.push_back(frame);
        events_.insert(events_.end(), frame->events.begin(), frame->events.end());
    }

    position last() const { return position{events_.size()}; }

    std::vector<position> after(log::posting_key key, position after, std::size_t limit) const {
        std::vector<position> found;
        for (auto const& event : events_)
            if (event.position > after && has(event, key) && found.size() < limit)
                found.push_back(event.position);
        return found;
    }

    std::vector<position> before(log::posting_key key, position before, std::size_t limit) const {
        std::vector<position> found;
        for (auto event = events_.rbegin(); event != events_.rend(); ++event)
            if (event->position < before && has(*event, key) && found.size() < limit)
                found.push_back(event->position);
        return found;
    }

    std::optional<version> last_version(std::string_view stream) const {
        std::optional<version> found;
        for (auto const& event : events_)
            if (event.stream == stream) found = event.version;
        return found;
    }

    std::vector<position> from_version(std::string_view stream, version from, std::size_t limit)
        const {
        std::vector<position> found;
        for (auto const& event : events_)
            if (event.stream == stream && event.version >= from && found.size() < limit)
                found.push_back(event.position);
        return found;
    }

    std::optional<position> find(std::string_view stream, uuid const& id) const {
        for (auto const& event : events_)
            if (event.stream == stream && event.id == id) return event.position;
        return std::nullopt;
    }

    std::optional<log::answer> find_answer(std::string_view caller, std::string_view id) const {
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
            for (auto const& one : (*frame)->answers)
                if (one.key.caller == caller && one.key.id == id) return one;
        return std::nullopt;
    }

private:
    static bool has(recorded_event const& event, log::posting_key key) {
        switch (key.kind) {
            case log::posting_kind::name:
                return event.carries(key.text);
            case log::posting_kind::home:
                return event.stream == key.text;
            case log::posting_kind::type:
                return event.type == key.text;
            case log::posting_kind::category:
                return category_of(event.stream) == key.text;
        }
        return false;
    }

    std::vector<log::frame_ptr> frames_;
    std::vector<recorded_event> events_;
};

}  // namespace diptych::testing
