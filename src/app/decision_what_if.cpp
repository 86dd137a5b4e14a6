#include "app/decision_what_if.hpp"

#include "app/asked_history.hpp"
#include "read/ended_replay.hpp"
#include "write/metadata.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace diptych::app {

namespace {

constexpr std::size_t changes_tried_most = 64;
constexpr std::size_t events_tried_most = 256;

// What the command could see; nullopt if nobody decided on it.
std::optional<position> judged_at(messages::message const& one) {
    auto const& told = *one.command;
    if (!told.events.empty()) return told.events.front() - 1;
    if (told.outcome == "accepted" || told.outcome == "refused")
        return told.at ? std::optional(told.at->position) : std::nullopt;
    if (told.code == "exception") return one.at.position - 1;
    return std::nullopt;
}

std::optional<environment> environment_in(std::string_view metadata) {
    auto const document = json::parse(std::string(metadata));
    if (!document) return std::nullopt;
    auto const now = document->root().find("now");
    auto const seed = document->root().find("seed");
    if (!now || !seed) return std::nullopt;
    std::uint64_t number = 0;
    auto const digits = seed->text();
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return environment{timestamp{std::chrono::microseconds{now->integer()}}, number};
}

// Views are not asked again.
bool is_refused_by_view(model::command const& of, messages::told_command const& told) {
    return told.outcome == "refused" && told.code.starts_with("constraint") &&
           std::ranges::find(of.refusals, told.code) == of.refusals.end();
}

class asker {
public:
    asker(
        write::executor const& commands,
        log::sequenced_log const& log,
        read::altered_history const& otherwise,
        std::stop_token stop
    )
        : commands_(commands), log_(log), otherwise_(otherwise), stop_(std::move(stop)) {}

    /// nullopt: it can not be asked again. Without a difference `was` and `would_be` are the same;
    /// what tips a difference is looked for if it `is_told`.
    result<std::optional<changed_decision>> ask(messages::message one, bool is_told) {
        DIPTYCH_TRY(read::go_on(stop_));
        auto const at = judged_at(one);
        auto const known = commands_.find(one.type);
        if (!at || !known || one.command->unit > 1 || one.command->body.empty())
            return std::optional<changed_decision>{};
        if (is_refused_by_view(**known, *one.command)) return std::optional<changed_decision>{};
        auto value = (*known)->parse(one.command->body);
        if (!value) return std::optional<changed_decision>{};
        changed_decision made{
            .command = std::move(one), .judged_at = *at, .was = {}, .would_be = {}
        };
        auto surroundings = environment_in(made.command.metadata);
        DIPTYCH_TRY(made.was, result_of(*made.command.command, surroundings));
        if (!surroundings && write::asks_for_environment(**known))
            return std::optional<changed_decision>{};
        past_command const what{
            .of = *known,
            .value = *std::move(value),
            .surroundings = surroundings.value_or(environment{made.command.recorded_at, 0})
        };
        asked_history history{.log = log_, .otherwise = otherwise_, .up_to = *at, .stop = stop_};
        DIPTYCH_TRY(made.would_be, decide_in(history, what));
        all_missed.insert(history.missed.begin(), history.missed.end());
        for (auto const& place : history.seen)
            if (place.ordinal > 0) all_inserted.insert(place.ordinal);
        if (is_told && !made.was.is_same_as(made.would_be)) {
            DIPTYCH_TRY(made.tipped_by, find_tip(history, what, made));
        }
        return std::optional(std::move(made));
    }

    std::set<position> all_missed;       ///< That anybody has missed.
    std::set<std::size_t> all_inserted;  ///< That anybody has seen, by their numbers.

private:
    // As it stands in the log; its events may know the environment.
    result<command_result> result_of(
        messages::told_command const& told, std::optional<environment>& surroundings
    ) const {
        command_result made{
            .outcome = told.outcome, .code = told.code, .detail = told.detail, .events = {}
        };
        for (auto const at : told.events) {
            DIPTYCH_TRY(auto one, messages::message_at(at, log_));
            if (!surroundings) surroundings = environment_in(one.metadata);
            made.events.push_back({one.type, one.stream, one.data});
        }
        return made;
    }

    // One of the changes, if without it all is as it was; else the event of this history behind
    // which the decision is what it would be, and before which it is not.
    result<std::optional<tipping_event>> find_tip(
        asked_history const& history, past_command const& what, changed_decision const& of
    ) const {
        DIPTYCH_TRY(auto change, find_change(history, what, of));
        if (change) return change;
        auto tried = events_tried_most;
        for (auto one = history.seen.rbegin(); one != history.seen.rend() && tried > 0;
             ++one, --tried) {
            auto shorter = history;
            shorter.before = *one;
            DIPTYCH_TRY(auto const then, decide_in(shorter, what));
            if (!then.is_same_as(of.would_be)) return describe(*one);
        }
        return std::optional<tipping_event>{};
    }

    result<std::optional<tipping_event>> find_change(
        asked_history const& history, past_command const& what, changed_decision const& of
    ) const {
        auto tried = changes_tried_most;
        for (auto const& one : history.seen) {
            if (one.ordinal == 0) continue;
            if (tried == 0) break;
            --tried;
            auto other = history;
            auto& inserted = other.otherwise.inserted;
            inserted.erase(inserted.begin() + static_cast<std::ptrdiff_t>(one.ordinal - 1));
            DIPTYCH_TRY(auto const then, decide_in(other, what));
            if (then.is_same_as(of.was)) return describe(one);
        }
        DIPTYCH_TRY(auto alone, find_missed(history, what, of, tried, false));
        if (alone) return alone;
        return find_missed(history, what, of, tried, true);
    }

    // The event that is left out with which all is as it was: alone, or with those `before` it.
    result<std::optional<tipping_event>> find_missed(
        asked_history const& history,
        past_command const& what,
        changed_decision const& of,
        std::size_t tries,
        bool with_those_before
    ) const {
        auto other = history;
        for (auto const at : history.missed) {
            if (tries-- == 0) break;
            if (!with_those_before) other.kept.clear();
            other.kept.insert(at);
            DIPTYCH_TRY(auto const then, decide_in(other, what));
            if (!then.is_same_as(of.was)) continue;
            DIPTYCH_TRY(auto const event, messages::message_at(at, log_));
            return std::optional(
                tipping_event{tipping_event::kind::left_out, at, event.type, event.stream}
            );
        }
        return std::optional<tipping_event>{};
    }

    result<std::optional<tipping_event>> describe(history_place const& one) const {
        if (one.ordinal > 0) {
            auto const& event = otherwise_.inserted[one.ordinal - 1].event;
            return std::optional(
                tipping_event{tipping_event::kind::inserted, one.at, event.type, event.stream}
            );
        }
        DIPTYCH_TRY(auto const event, messages::message_at(one.at, log_));
        return std::optional(
            tipping_event{tipping_event::kind::recorded, one.at, event.type, event.stream}
        );
    }

    write::executor const& commands_;
    log::sequenced_log const& log_;
    read::altered_history const& otherwise_;
    std::stop_token const stop_;
};

}  // namespace

result<decision_what_if> decide_what_if(
    write::executor const& commands,
    messages::message_log& told,
    log::sequenced_log const& log,
    read::altered_history const& otherwise,
    decision_what_if_options const& how
) {
    auto const end = log.durable_end().position;
    auto const last = std::min(otherwise.as_of.value_or(end), end);
    DIPTYCH_TRY(read::check_places(otherwise, last));
    asker of(commands, log, otherwise, how.stop);
    decision_what_if made;
    messages::message_filter what{
        .kind = messages::message_kind::command, .up_to = last, .limit = messages::messages_most
    };
    for (bool at_end = false; !at_end;) {
        DIPTYCH_TRY(auto page, told.find(what));
        for (auto& one : page.messages) {
            auto const is_told = made.differences.size() < how.differences_max;
            DIPTYCH_TRY(auto again, of.ask(std::move(one), is_told));
            if (!again) {
                ++made.skipped;
                continue;
            }
            ++made.asked;
            if (again->was.is_same_as(again->would_be)) continue;
            ++made.different;
            if (is_told) made.differences.push_back(*std::move(again));
        }
        what.after = page.seen;
        at_end = page.at_end;
    }
    made.left_out = of.all_missed.size();
    made.inserted = of.all_inserted.size();
    return made;
}

}  // namespace diptych::app
