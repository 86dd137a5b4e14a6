// What is promised to those who have commands executed later, and to those who work on them beside
// the node: its records in the log (docs/reference/command-queue.md) fit each other and what
// stands.
#include "sim/checks.hpp"
#include "sim/describe.hpp"
#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

namespace {

constexpr std::uint64_t failures_before_dead = 5;

bool is_of_queue(logged const& event) { return event.stream.starts_with("queue-"); }

// The same request: its times may differ.
bool is_one_request(queue_attempt const& a, queue_attempt const& b) {
    return std::ranges::equal(a.commands, b.commands, [](auto const& one, auto const& other) {
        return one.id == other.id && one.name == other.name && one.body == other.body;
    });
}

bool stands_as(logged const& event, write::queued_command const& what) {
    return event.type == "$queued" && text_in(event.data, "id") == what.id &&
           behind_name(event.data, "body").value_or("").starts_with(what.body);
}

// Of the queue's records, one after the other.
class queue_read {
public:
    explicit queue_read(evidence const& in) : in_(in) {}

    complaint read(logged const& event) {
        if (!is_of_queue(event)) return read_effect(event);
        auto const id = text_in(event.data, "id");
        if (event.type == "$queued") return read_queued(event, id);
        auto const known = waiting_.find(id);
        if (known == waiting_.end())
            return fmt::format("{} is about {}, which does not wait", event.position, id);
        auto& one = known->second;
        if (number_in(event.data, "queued") != one.queued->position)
            return fmt::format("{} is about another {}", event.position, id);
        auto& lane = lanes_[one.queued->stream];
        if (event.type != "$dropped" && lane.front() != id)
            return fmt::format(
                "command {} is answered at {}, before {} of its key",
                id,
                event.position,
                lane.front()
            );
        if (event.type == "$parked") {
            if (number_in(event.data, "attempts").value_or(0) >= failures_before_dead) return {};
            return fmt::format("command {} is given up too early at {}", id, event.position);
        }
        auto wrong = check_effects(event, one);
        std::erase(lane, id);
        waiting_.erase(known);
        return wrong;
    }

    complaint check_end() const {
        for (auto const& [id, one] : waiting_)
            return fmt::format("command {} waits, at rest, since {}", id, one.queued->position);
        return {};
    }

private:
    struct waiting {
        logged const* queued;
        std::vector<logged const*> effects = {};
    };

    complaint read_queued(logged const& event, std::string const& id) {
        if (in_.queued().at(id) != &event)
            return fmt::format("command {} is queued again at {}", id, event.position);
        auto const is_asked_for = std::ranges::any_of(in_.seen().attempts, [&](auto const& kept) {
            auto const* const put = std::get_if<queue_attempt>(&kept->what);
            return put != nullptr && may_stand(*kept) &&
                   std::ranges::any_of(put->commands, [&](auto const& what) {
                       return stands_as(event, what);
                   });
        });
        if (!is_asked_for) return fmt::format("position {} was queued by nobody", event.position);
        waiting_.emplace(id, waiting{.queued = &event});
        lanes_[event.stream].push_back(id);
        return {};
    }

    complaint read_effect(logged const& event) {
        if (event.type.starts_with('$')) return {};
        auto const id = mark_in(event.metadata);
        if (!in_.queued().contains(id)) return {};
        auto const known = waiting_.find(id);
        if (known == waiting_.end())
            return fmt::format("command {} has an effect at {}, and has ended", id, event.position);
        auto const& first = lanes_[known->second.queued->stream].front();
        if (first != id)
            return fmt::format(
                "command {} has an effect at {}, before {} of its key", id, event.position, first
            );
        known->second.effects.push_back(&event);
        return {};
    }

    complaint check_effects(logged const& event, waiting const& one) const {
        auto const& stands = one.effects;
        auto const id = text_in(event.data, "id");
        auto const is_accepted = event.type == "$accepted";
        auto const is_outside = text_in(event.data, "command") == "print";
        auto const outcome = behind_name(event.data, "outcome").value_or("");
        auto const told = is_accepted && !is_outside
                              ? elements_of(value_at(behind_name(outcome, "events").value_or("[]")))
                              : std::vector<std::string_view>{};
        auto const is_same = std::ranges::equal(told, stands, [](auto said, auto const* effect) {
            return number_in(said, "position") == effect->position &&
                   text_in(said, "type") == effect->type;
        });
        // Who works beside the node says what he has done in the append that ends it.
        auto const is_together = stands.empty() || (is_accepted && stands.size() == 1 &&
                                                    stands[0]->position + 1 == event.position);
        if (is_outside ? is_together : is_same) return {};
        return fmt::format(
            "command {} ends as {} at {}, and {} events of it stand",
            id,
            event.type,
            event.position,
            stands.size()
        );
    }

    evidence const& in_;
    std::map<std::string, waiting, std::less<>> waiting_ = {};                 // by id
    std::map<std::string, std::vector<std::string>, std::less<>> lanes_ = {};  // by stream: ids
};

logged const* event_at(evidence const& in, std::uint64_t position) {
    if (position == 0 || position > in.log().end()) return nullptr;
    return &in.log().at(position);
}

}  // namespace

complaint check(evidence const& in, rules const&, attempt const& of, queue_attempt const& one) {
    if (!one.answer) return {};
    if (!*one.answer) {
        auto const& why = one.answer->error();
        if (why.code != "command_id_reused") return check_failure(in, of, why);
        auto const has_rival = std::ranges::any_of(in.seen().attempts, [&](auto const& kept) {
            auto const* const other = std::get_if<queue_attempt>(&kept->what);
            return other != nullptr && other->commands[0].id == one.commands[0].id &&
                   !is_one_request(*other, one);
        });
        return has_rival ? complaint{} : "its id was nobody else's";
    }
    auto position = (*one.answer)->first.value;
    auto begun = of.begun;
    for (auto const& kept : in.seen().attempts)
        if (auto const* const other = std::get_if<queue_attempt>(&kept->what);
            other != nullptr && is_one_request(*other, one))
            begun = std::min(begun, kept->begun);
    if (position <= in.shown_before(begun)) return "stands before what had been seen";
    for (auto const& what : one.commands) {
        auto const* const stands = event_at(in, position++);
        if (stands == nullptr || !stands_as(*stands, what))
            return fmt::format("{} is acknowledged, and not queued", what.id);
    }
    return {};
}

complaint check(
    evidence const& in, rules const&, attempt const& of, completion_attempt const& one
) {
    if (!one.answer) return {};
    if (*one.answer) {
        auto const* const end = event_at(in, (*one.answer)->at.position.value);
        auto const type = one.is_refusal ? "$refused" : "$accepted";
        if (end == nullptr || end->type != type || text_in(end->data, "id") != one.id)
            return "acknowledged, and not recorded";
        auto const* const effect = event_at(in, end->position - 1);
        if (one.operation == 0 || (effect != nullptr && effect->type == "printed" &&
                                   number_in(effect->data, "op") == one.operation))
            return {};
        return "acknowledged, and its effect is not recorded";
    }
    auto const& why = one.answer->error();
    auto const stands = std::ranges::any_of(in.log().events(), [&](logged const& event) {
        return event.type == "printed" && one.operation > 0 &&
               number_in(event.data, "op") == one.operation;
    });
    if (stands && !may_stand(of)) return fmt::format("failed ({}), and it stands", why.code);
    if (why.code == "lease_lost")
        return one.may_be_lost ? complaint{} : "its lease is lost, and nobody took it";
    return check_failure(in, of, why);
}

complaint check_queue(evidence const& in) {
    queue_read records{in};
    for (auto const& event : in.log().events())
        if (auto wrong = records.read(event)) return wrong;
    return records.check_end();
}

}  // namespace diptych::sim
