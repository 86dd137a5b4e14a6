// What is promised by processes: their records in the log (docs/reference/process-events.md) fit
// each other, what stands of their commands, and the time.
#include "sim/checks.hpp"
#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

// The text behind a member whose value may hold names of other members, as bodies do.
struct member_of_record {
    std::string_view value;
    std::string_view rest;
};

member_of_record member_in(std::string_view json, std::string_view name) {
    auto const value = behind_name(json, name).value_or("");
    auto const whole = value_at(value);
    return {whole, value.substr(whole.size())};
}

struct asked_by_process {
    logged const* reaction;
    std::string_view name;
    std::string_view body;
    std::uint64_t input;
    logged const* answer = nullptr;
};

struct timer_that_runs {
    std::uint64_t due;
    std::uint64_t started_by;
};

// The records of all processes, one after the other.
class records_read {
public:
    explicit records_read(evidence const& in) : in_(in) {}

    complaint read(logged const& event) {
        if (event.type == "$reaction") return read_reaction(event);
        if (event.type == "$timer_due") return read_timer(event);
        if (event.stream.starts_with("queue-")) return {};  // see check_queue
        if (event.type == "$accepted" || event.type == "$refused" || event.type == "$failed")
            return read_answer(event);
        return {};
    }

    complaint check_end() const {
        for (auto const& [id, one] : asked_)
            if (one.answer == nullptr)
                return fmt::format("command {} of a process has no answer", id);
        for (auto const& [id, one] : in_.commands()) {
            if (one.stands.empty() || !one.attempts.empty() || asked_.contains(id)) continue;
            if (in_.queued().contains(id) || in_.seen().came_in.contains(id)) continue;
            auto const first = one.stands.front()->position;
            return fmt::format("command {} was sent by nobody, and it stands at {}", id, first);
        }
        for (auto const& [whose, timer] : timers_)
            if (timestamp{std::chrono::microseconds(timer.due)} <= in_.seen().rested_at)
                return fmt::format(
                    "timer {} of {}, started at {}, has not come due",
                    whose.second,
                    whose.first,
                    timer.started_by
                );
        return {};
    }

private:
    complaint read_reaction(logged const& event) {
        auto const input = number_in(event.data, "input").value_or(0);
        if (input >= event.position)
            return fmt::format("{} reacts to what comes later", event.position);
        if (!inputs_.emplace(event.stream, input).second)
            return fmt::format("{} reacts to {} again at {}", event.stream, input, event.position);
        auto const commands = member_in(event.data, "commands");
        for (auto const command : elements_of(commands.value)) {
            auto const id = text_in(command, "id");
            auto const body = member_in(command, "body").value;
            auto const name = member_in(command, "name").value;
            if (!asked_.emplace(id, asked_by_process{&event, name, body, input}).second)
                return fmt::format("command {} is asked for again at {}", id, event.position);
        }
        auto const start = member_in(commands.rest, "start");
        for (auto const name : elements_of(member_in(start.rest, "cancel").value))
            timers_.erase({event.stream, unquoted(name)});
        for (auto const timer : elements_of(start.value)) {
            auto const due = number_in(timer, "due").value_or(0);
            timers_[{event.stream, text_in(timer, "timer")}] = {due, event.position};
        }
        return {};
    }

    complaint read_timer(logged const& event) {
        auto const name = text_in(event.data, "timer");
        auto const due = number_in(event.data, "due").value_or(0);
        auto const by = number_in(event.data, "started_by").value_or(0);
        auto const running = timers_.find({event.stream, name});
        if (running == timers_.end())
            return fmt::format("timer {} comes due at {}, and does not run", name, event.position);
        if (running->second.started_by != by || running->second.due != due)
            return fmt::format("timer {} comes due at {}, and it is another", name, event.position);
        if (event.recorded_at < timestamp{std::chrono::microseconds(due)})
            return fmt::format("timer {} comes due too early at {}", name, event.position);
        timers_.erase(running);
        return {};
    }

    complaint read_answer(logged const& event) {
        auto const id = text_in(event.data, "id");
        auto const known = asked_.find(id);
        if (known == asked_.end())
            return fmt::format("{} answers what nobody asked for", event.position);
        auto& one = known->second;
        if (one.answer != nullptr)
            return fmt::format("command {} is answered again at {}", id, event.position);
        one.answer = &event;
        auto const body = member_in(event.data, "body");
        if (event.stream != one.reaction->stream || body.value != one.body ||
            member_in(event.data, "command").value != one.name ||
            number_in(event.data, "input") != one.input)
            return fmt::format("{} answers another command than {}", event.position, id);
        return check_stands(id, one, member_in(body.rest, "outcome").value);
    }

    // What is told to a process is what stands: behind its reaction, before the answer.
    complaint check_stands(
        std::string const& id, asked_by_process const& one, std::string_view answer
    ) const {
        auto const known = in_.commands().find(id);
        auto const& stands = known == in_.commands().end() ? none_ : known->second.stands;
        for (auto const* const event : stands)
            if (event->position < one.reaction->position || event->position > one.answer->position)
                return fmt::format(
                    "command {} was asked for at {} and answered at {}, and it stands at {}",
                    id,
                    one.reaction->position,
                    one.answer->position,
                    event->position
                );
        auto const told = one.answer->type == "$accepted"
                              ? elements_of(member_in(answer, "events").value)
                              : std::vector<std::string_view>{};
        auto const is_same = std::ranges::equal(told, stands, [](auto said, auto const* event) {
            return number_in(said, "position") == event->position &&
                   text_in(said, "type") == event->type &&
                   text_in(said, "stream") == event->stream &&
                   number_in(said, "version") == event->version;
        });
        if (is_same) return {};
        return fmt::format(
            "command {} is answered by {} at {}, and {} events of it stand",
            id,
            one.answer->type,
            one.answer->position,
            stands.size()
        );
    }

    evidence const& in_;
    std::vector<logged const*> const none_ = {};
    std::set<std::pair<std::string, std::uint64_t>> inputs_ = {};
    std::map<std::string, asked_by_process, std::less<>> asked_ = {};             // by command id
    std::map<std::pair<std::string, std::string>, timer_that_runs> timers_ = {};  // stream, name
};

}  // namespace

complaint check_processes(evidence const& in) {
    records_read records{in};
    for (auto const& event : in.log().events())
        if (auto wrong = records.read(event)) return wrong;
    return records.check_end();
}

}  // namespace diptych::sim
