#include "messages/trace.hpp"

#include "write/conversation.hpp"
#include "write/process/process_records.hpp"
#include "write/queue/queue_records.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace diptych::messages {

namespace {

constexpr std::size_t nowhere = ~std::size_t{0};
constexpr auto process_caller = "$process";  // as command_in() has it

std::string member_of(message const& one, std::string_view path) {
    auto const document = json::parse(one.data);
    auto const found = document ? document->root().at(path) : std::nullopt;
    if (!found) return {};
    return std::string(found->kind() == json::kind::text ? found->text() : found->raw());
}

std::optional<position> position_in(message const& one, std::string_view path) {
    auto const document = json::parse(one.data);
    auto const found = document ? document->root().at(path) : std::nullopt;
    if (!found || found->kind() != json::kind::integer) return std::nullopt;
    return position{static_cast<std::uint64_t>(found->integer())};
}

// Puts the steps together. First all that stands in the log, by what it is; then who follows whom.
class tracer {
public:
    explicit tracer(event_log const& log) : log_(log) {}

    result<void> add(std::vector<position> const& all) {
        std::set<position> known(all.begin(), all.end());
        for (auto const at : all) {
            DIPTYCH_TRY(auto one, message_at(at, log_));
            keep(std::move(one));
        }
        // Inputs that led to the conversation without being part of it.
        for (std::size_t i = 0; i < messages_.size(); ++i) {
            if (messages_[i].type != write::reaction_type) continue;
            auto const input = position_in(messages_[i], "input");
            if (!input || !known.insert(*input).second) continue;
            auto one = message_at(*input, log_);
            if (one) keep(*std::move(one));
        }
        std::ranges::sort(messages_, {}, [](message const& one) { return one.at.position; });
        return {};
    }

    trace build(std::string_view correlation_id) {
        made_.correlation_id = correlation_id;
        for (auto const& one : messages_) add_step(one);
        for (auto const& one : messages_)
            if (one.kind == message_kind::event) add_event(one);
        for (auto const& one : messages_) join(one);
        sort_out();
        return std::move(made_);
    }

private:
    // Not what it says, which may be much, but for the engine's own.
    void keep(message one) {
        if (one.kind != message_kind::record) one.data.clear();
        if (one.command) one.command->body.clear();
        messages_.push_back(std::move(one));
    }

    std::size_t put(trace_step step) {
        made_.steps.push_back(std::move(step));
        parents_.push_back(nowhere);
        return made_.steps.size() - 1;
    }

    trace_step step_of(message const& one, step_kind kind, std::string name) const {
        return {
            .kind = kind,
            .name = std::move(name),
            .at = one.at.position,
            .id = diptych::to_string(one.id),
            .stream = one.stream,
            .version = one.version,
            .recorded_at = one.recorded_at,
            .user = one.user
        };
    }

    // The command with this id, which a reaction, the queue, its record or its events may tell of.
    // Its events do not know whose id that is.
    std::size_t command(
        std::string const& id,
        std::string const& name,
        std::optional<std::string> const& caller = std::nullopt
    ) {
        auto const key = id + "\n" + name + "\n";
        if (!id.empty()) {
            auto const known =
                caller ? by_command_.find(key + *caller) : by_command_.lower_bound(key);
            if (known != by_command_.end() && known->first.starts_with(key)) return known->second;
        }
        auto const made = put({.kind = step_kind::command, .name = name, .id = id});
        if (!id.empty()) by_command_.emplace(key + caller.value_or(""), made);
        return made;
    }

    void add_step(message const& one) {
        if (one.kind == message_kind::command) return add_command(one);
        if (one.type == write::reaction_type) return add_reaction(one);
        if (one.type == write::timer_due_type) {
            place(one, put(step_of(one, step_kind::timer, member_of(one, "timer"))));
        } else if (one.type == write::queued_type) {
            place(one, put(step_of(one, step_kind::queued, member_of(one, "command"))));
        } else if (one.kind == message_kind::record && one.type != "$state") {
            auto step = step_of(one, step_kind::record, one.type);
            step.code = member_of(one, "error.code");
            step.detail = member_of(one, "error.message");
            place(one, put(std::move(step)));
        }
    }

    void place(message const& one, std::size_t step) {
        by_position_.emplace(one.at.position, step);
        by_id_.emplace(diptych::to_string(one.id), step);
    }

    void add_command(message const& one) {
        auto const& told = *one.command;
        auto at = command(told.id, told.name, told.caller);
        // Of the same unit: it has its id, too.
        if (made_.steps[at].at.value != 0)
            at = put({.kind = step_kind::command, .name = told.name, .id = told.id});
        auto& step = made_.steps[at];
        step.at = one.at.position;
        step.recorded_at = one.recorded_at;
        step.user = one.user;
        step.outcome = told.outcome;
        step.code = told.code;
        step.detail = told.detail;
        step.took = told.took;
        by_position_.emplace(one.at.position, at);
        for (auto const event : told.events) maker_.emplace(event, at);
    }

    void add_reaction(message const& one) {
        auto const process = std::string(category_of(one.stream));
        auto const at = put(step_of(one, step_kind::reaction, process));
        place(one, at);
        auto const document = json::parse(one.data);
        auto const sent = document ? document->root().find("commands") : std::nullopt;
        if (!sent) return;
        for (auto const each : sent->elements()) {
            auto const step =
                command(write::text_in(each, "id"), write::text_in(each, "name"), process_caller);
            if (made_.steps[step].outcome.empty()) made_.steps[step].outcome = "open";
            parents_[step] = at;
        }
    }

    // An event names the command that made it; without an id it is the one that says so, or one of
    // its own for what stands together in the log.
    std::size_t maker_of(message const& one) {
        if (auto const known = maker_.find(one.at.position); known != maker_.end())
            return known->second;
        auto const metadata = json::parse(one.metadata);
        if (!metadata) return nowhere;
        auto const name = write::text_in(metadata->root(), "command");
        if (name.empty()) return nowhere;
        auto const id = write::text_in(metadata->root(), "command_id");
        auto const goes_on =
            id.empty() && last_.metadata == one.metadata && last_.at + 1 == one.at.position;
        auto const made = goes_on ? last_.maker : command(id, name);
        auto& step = made_.steps[made];
        if (step.outcome.empty() || step.outcome == "open") step.outcome = "accepted";
        if (!step.recorded_at) step.recorded_at = one.recorded_at;
        if (step.user.empty()) step.user = one.user;
        last_ = {.metadata = one.metadata, .at = one.at.position, .maker = made};
        return made;
    }

    void add_event(message const& one) {
        auto const at = put(step_of(one, step_kind::event, one.type));
        place(one, at);
        auto const maker = maker_of(one);
        parents_[at] = maker;
        // What led to a command without a record of its own stands with its events.
        if (maker != nowhere && made_.steps[maker].at.value == 0)
            causes_.emplace(maker, one.causation_id);
    }

    void follow(std::size_t step, std::optional<position> of) {
        if (!of || parents_[step] != nowhere) return;
        if (auto const known = by_position_.find(*of); known != by_position_.end())
            parents_[step] = known->second;
    }

    void follow(std::size_t step, std::string const& cause) {
        if (cause.empty() || parents_[step] != nowhere) return;
        if (auto const known = by_id_.find(cause); known != by_id_.end()) {
            parents_[step] = known->second;
            return;
        }
        auto const sent = by_command_.lower_bound(cause + "\n");
        if (sent != by_command_.end() && sent->first.starts_with(cause + "\n"))
            parents_[step] = sent->second;
    }

    void join(message const& one) {
        auto const known = by_position_.find(one.at.position);
        if (known == by_position_.end()) return;
        auto const step = known->second;
        if (one.command) follow(step, one.command->queued);
        if (one.type == write::timer_due_type) follow(step, position_in(one, "started_by"));
        if (one.type.starts_with('$')) {
            follow(step, position_in(one, "queued"));
            follow(step, position_in(one, "input"));
        }
        follow(step, one.causation_id);
        for (auto [at, end] = causes_.equal_range(step); at != end; ++at) follow(step, at->second);
    }

    // Whoever names himself as his cause, by ids of his own making, begins anew.
    void cut_circles() {
        std::vector<std::size_t> walked(parents_.size(), nowhere);  // from where it was met first
        for (std::size_t from = 0; from < parents_.size(); ++from) {
            auto at = from;
            for (; at != nowhere && walked[at] == nowhere; at = parents_[at]) walked[at] = from;
            if (at != nowhere && walked[at] == from) parents_[at] = nowhere;
        }
    }

    void sort_out() {
        for (auto const& [step, cause] : causes_) follow(step, cause);
        cut_circles();
        for (std::size_t i = 0; i < made_.steps.size(); ++i) {
            if (parents_[i] == nowhere)
                made_.first.push_back(i);
            else
                made_.steps[parents_[i]].next.push_back(i);
        }
        for (auto& step : made_.steps) sort(step.next);
        sort(made_.first);
    }

    // In the order of the log; a command without a record where its first event is.
    position order_of(std::size_t step) const {
        auto const& one = made_.steps[step];
        if (one.kind != step_kind::command) return one.at;
        auto first = one.at;
        for (auto const event : one.next)
            if (first.value == 0 || made_.steps[event].at < first) first = made_.steps[event].at;
        return first.value == 0 ? position{~std::uint64_t{0}} : first;
    }
    void sort(std::vector<std::size_t>& steps) const {
        std::ranges::sort(steps, {}, [&](std::size_t one) {
            return std::pair(order_of(one), one);
        });
    }

    struct last_event {
        std::string metadata = {};
        position at{};
        std::size_t maker = nowhere;
    };

    event_log const& log_;
    std::vector<message> messages_;
    trace made_ = {};
    std::vector<std::size_t> parents_;
    std::map<position, std::size_t> by_position_;
    std::map<std::string, std::size_t> by_id_;       // of events and records
    std::map<std::string, std::size_t> by_command_;  // id, name and caller
    std::map<position, std::size_t> maker_;          // of an event, as the command's record says
    std::multimap<std::size_t, std::string> causes_;
    last_event last_;
};

}  // namespace

std::string_view to_string(step_kind kind) {
    switch (kind) {
        case step_kind::command:
            return "command";
        case step_kind::event:
            return "event";
        case step_kind::reaction:
            return "reaction";
        case step_kind::timer:
            return "timer";
        case step_kind::queued:
            return "queued";
        case step_kind::record:
            return "record";
    }
    return "";
}

result<trace> trace_of(
    std::string_view correlation_id, message_index& index, event_log const& log
) {
    DIPTYCH_TRY(
        auto all,
        index.of_conversation(correlation_id, {.after = {}, .limit = trace_messages_most + 1})
    );
    if (all.empty())
        return fail(
            errc::not_found,
            "unknown_correlation",
            "no message has the correlation id '" + std::string(correlation_id) + "'"
        );
    auto const is_cut = all.size() > trace_messages_most;
    if (is_cut) all.pop_back();
    tracer of(log);
    DIPTYCH_TRY(of.add(all));
    auto made = of.build(correlation_id);
    made.messages = all.size();
    made.is_cut = is_cut;
    return made;
}

}  // namespace diptych::messages
