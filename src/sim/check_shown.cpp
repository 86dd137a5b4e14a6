// What can be said of what clients were shown without a log.
#include "sim/checker.hpp"
#include "sim/describe.hpp"
#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace diptych::sim {

namespace {

// What one answer says of a position. Not every answer says all.
struct shown_event {
    std::string stream;
    std::string type;
    std::optional<std::uint64_t> version = {};
    std::optional<std::string> data = {};

    bool fits(shown_event const& other) const {
        auto const same = [](auto const& a, auto const& b) { return !a || !b || *a == *b; };
        return stream == other.stream && type == other.type && same(version, other.version) &&
               same(data, other.data);
    }
};

// All that was shown to anybody, piece by piece.
class shown_to_clients {
public:
    explicit shown_to_clients(history const& of) {
        for (auto const& one : of.attempts)
            if (auto const* const made = std::get_if<append_attempt>(&one->what))
                requests_.emplace(made->operation, &made->request);
    }

    std::optional<std::string> add(append_attempt const& one) {
        if (!one.answer || !*one.answer) return {};
        auto position = (*one.answer)->first.value;
        for (auto const& event : one.request.events)
            if (auto wrong = note(
                    position++, {.stream = event.stream, .type = event.type, .data = event.data}
                ))
                return wrong;
        return {};
    }

    std::optional<std::string> add(command_attempt const& one) {
        if (!one.answer || !*one.answer) return {};
        for (auto const& event : (*one.answer)->events)
            if (auto wrong = note(
                    event.position.value,
                    {.stream = event.stream, .type = event.type, .version = event.version.value}
                ))
                return wrong;
        return {};
    }

    std::optional<std::string> add(read_attempt const& one) {
        for (auto const& event : one.events) {
            if (!was_asked_for(event))
                return fmt::format("position {} was appended by nobody", event.position);
            if (auto wrong = note(
                    event.position,
                    {.stream = event.stream,
                     .type = event.type,
                     .version = event.version,
                     .data = event.data}
                ))
                return wrong;
        }
        return {};
    }

    std::optional<std::string> add(query_attempt const& one) {
        if (one.failure || !one.has_reached) return {};
        auto const [known, is_new] = rows_.emplace(std::pair{one.view, one.at}, one.rows);
        if (is_new || known->second == one.rows) return {};
        return fmt::format("at {} shows {}\n  and {}", one.at, known->second, one.rows);
    }

    std::optional<std::string> add(message_attempt const&) { return {}; }
    std::optional<std::string> add(queue_attempt const&) { return {}; }
    std::optional<std::string> add(completion_attempt const&) { return {}; }

private:
    bool was_asked_for(logged const& event) const {
        if (requests_.empty() || event.type.starts_with('$') ||
            !text_in(event.metadata, "source").empty())
            return true;
        auto const asked = requests_.find(number_in(event.data, "op").value_or(0));
        auto const place = number_in(event.data, "place").value_or(0);
        return asked != requests_.end() && place < asked->second->events.size() &&
               is_made_of(event, asked->second->events[place]);
    }

    std::optional<std::string> note(std::uint64_t position, shown_event what) {
        auto const [known, is_new] = events_.try_emplace(position, std::move(what));
        if (is_new) return {};
        auto& before = known->second;
        if (before.fits(what)) {
            if (!before.version) before.version = what.version;
            if (!before.data) before.data = std::move(what.data);
            return {};
        }
        return fmt::format("position {} was shown as another event, too", position);
    }

    std::map<std::uint64_t, append_request const*> requests_ = {};  // by operation
    std::map<std::uint64_t, shown_event> events_ = {};              // by position
    std::map<std::pair<std::string, std::uint64_t>, std::string> rows_ = {};
};

}  // namespace

std::optional<std::string> shown_wrongly(history const& of) {
    shown_to_clients all{of};
    for (auto const& one : of.attempts)
        if (auto wrong = std::visit([&](auto const& what) { return all.add(what); }, one->what))
            return *wrong + "\n  " + describe(*one);
    return {};
}

}  // namespace diptych::sim
