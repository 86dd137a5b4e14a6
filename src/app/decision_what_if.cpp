#include "app/decision_what_if.hpp"

#include "base/tag_bytes.hpp"
#include "read/ended_replay.hpp"
#include "write/asked_states.hpp"
#include "write/fold.hpp"
#include "write/user_code.hpp"

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

// Behind an event of the log come those that were inserted there.
struct history_place {
    position at;
    std::size_t ordinal = 0;  // 0: recorded; else the inserted one of this number

    auto operator<=>(history_place const&) const = default;
};

// A history that never was, up to a place.
struct asked_history {
    log::sequenced_log const& log;
    read::altered_history otherwise;
    position up_to;
    std::optional<history_place> before = {};  // only what comes before it
    std::set<history_place> seen = {};         // that a state has folded

    bool is_in(history_place const& one) const {
        return one.at <= up_to && (!before || one < *before);
    }

    bool is_left_out(recorded_event const& event) const {
        return otherwise.without.contains(event.position) ||
               otherwise.without_types.contains(event.type);
    }
};

result<void> fold_one(
    model::state_key const& key, model::erased& into, recorded_event const& event
) {
    DIPTYCH_TRY(auto* const value, write::writable(*key.of, into));
    return write::fold_event(*key.of, value, event, key.names);
}

result<void> fold_inserted(
    asked_history& in, model::state_key const& key, model::erased& into, std::size_t number
) {
    auto const& one = in.otherwise.inserted[number];
    auto const tags = tag_bytes(one.event.tags);
    recorded_event const event{
        .position = one.after,
        .epoch = epoch{1},
        .version = {},
        .id = one.event.id,
        .recorded_at = one.recorded_at.value_or(timestamp{}),
        .stream = one.event.stream,
        .type = one.event.type,
        .tags = tag_list{tags, one.event.tags.size()},
        .data = one.event.data,
        .metadata = one.event.metadata
    };
    if (!matches(model::query_of(key), event)) return {};
    in.seen.insert({.at = one.after, .ordinal = number + 1});
    return fold_one(key, into, event);
}

result<model::erased> fold(asked_history& in, model::state_key const& key) {
    DIPTYCH_TRY(auto value, write::make_state(*key.of));
    std::size_t next = 0;
    auto const& inserted = in.otherwise.inserted;
    auto const insert_up_to = [&](position at) -> result<void> {
        for (; next < inserted.size() && inserted[next].after <= at; ++next)
            if (in.is_in({.at = inserted[next].after, .ordinal = next + 1})) {
                DIPTYCH_TRY(fold_inserted(in, key, value, next));
            }
        return {};
    };
    if (in.up_to.value > 0) {
        auto const fold_next = [&](recorded_event const& event) -> result<void> {
            DIPTYCH_TRY(insert_up_to(event.position - 1));
            if (!in.is_in({.at = event.position}) || in.is_left_out(event)) return {};
            in.seen.insert({.at = event.position});
            return fold_one(key, value, event);
        };
        DIPTYCH_TRY(in.log.visit(model::query_of(key), {.after = {}, .up_to = in.up_to}, fold_next)
        );
    }
    DIPTYCH_TRY(insert_up_to(in.up_to));
    return value;
}

// A command that can be asked again.
struct past_command {
    model::command const* of;
    model::erased_const value;
    environment surroundings;
};

result<command_result> decide_in(asked_history& in, past_command const& what) {
    auto const source = [&](model::state_key const& key
                        ) -> result<std::optional<model::erased_const>> {
        DIPTYCH_TRY(auto value, fold(in, key));
        return std::optional<model::erased_const>(std::move(value));
    };
    DIPTYCH_TRY(auto const states, write::ask(*what.of, what.value.get(), source));
    environment const surroundings{what.surroundings.now, what.surroundings.seed};
    auto said = write::guarded("decide of " + what.of->name, [&] {
        return what.of->decide(what.value.get(), *states, surroundings);
    });
    command_result made{.outcome = "accepted"};
    if (!said) {
        made.outcome = to_string(said.error().kind);
        made.code = said.error().code;
        made.detail = said.error().message;
    } else if (said->refused) {
        made.outcome = "refused";
        made.code = said->reason;
        made.detail = said->detail;
    } else {
        for (auto& event : said->events)
            made.events.push_back(
                {std::move(event.type), std::move(event.stream), std::move(event.data)}
            );
    }
    return made;
}

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

class asker {
public:
    asker(
        write::executor const& commands,
        log::sequenced_log const& log,
        read::altered_history const& otherwise
    )
        : commands_(commands), log_(log), otherwise_(otherwise) {}

    /// nullopt: it can not be asked again. Without a difference `was` and `would_be` are the same.
    result<std::optional<changed_decision>> ask(messages::message one) {
        auto const at = judged_at(one);
        auto const known = commands_.find(one.type);
        if (!at || !known || one.command->unit > 1 || one.command->body.empty())
            return std::optional<changed_decision>{};
        auto value = (*known)->parse(one.command->body);
        if (!value) return std::optional<changed_decision>{};
        changed_decision made{
            .command = std::move(one), .judged_at = *at, .was = {}, .would_be = {}
        };
        auto surroundings = environment_in(made.command.metadata);
        DIPTYCH_TRY(made.was, result_of(*made.command.command, surroundings));
        past_command const what{
            .of = *known,
            .value = *std::move(value),
            .surroundings = surroundings.value_or(environment{made.command.recorded_at, 0})
        };
        asked_history history{.log = log_, .otherwise = otherwise_, .up_to = *at};
        DIPTYCH_TRY(made.would_be, decide_in(history, what));
        if (!made.was.is_same_as(made.would_be)) {
            DIPTYCH_TRY(made.tipped_by, find_tip(history, what, made));
        }
        return std::optional(std::move(made));
    }

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
        DIPTYCH_TRY(auto const change, find_change(history, what, of));
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
            if (one.ordinal == 0 || tried-- == 0) continue;
            auto other = history;
            auto& inserted = other.otherwise.inserted;
            inserted.erase(inserted.begin() + static_cast<std::ptrdiff_t>(one.ordinal - 1));
            DIPTYCH_TRY(auto const then, decide_in(other, what));
            if (then.is_same_as(of.was)) return describe(one);
        }
        for (auto const at : history.otherwise.without) {
            if (at > history.up_to || tried-- == 0) break;
            auto other = history;
            other.otherwise.without.erase(at);
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
};

}  // namespace

result<decision_what_if> decide_what_if(
    write::executor const& commands,
    messages::message_log& told,
    log::sequenced_log const& log,
    read::altered_history const& otherwise,
    decision_what_if_options const& how
) {
    asker of(commands, log, otherwise);
    decision_what_if made;
    messages::message_filter what{
        .kind = messages::message_kind::command,
        .up_to = otherwise.as_of,
        .limit = messages::messages_most
    };
    for (bool at_end = false; !at_end;) {
        DIPTYCH_TRY(auto page, told.find(what));
        for (auto& one : page.messages) {
            DIPTYCH_TRY(read::go_on(how.stop));
            DIPTYCH_TRY(auto again, of.ask(std::move(one)));
            if (!again) {
                ++made.skipped;
                continue;
            }
            ++made.asked;
            if (again->was.is_same_as(again->would_be)) continue;
            ++made.different;
            if (made.differences.size() < how.differences_max)
                made.differences.push_back(*std::move(again));
        }
        what.after = page.seen;
        at_end = page.at_end;
    }
    return made;
}

}  // namespace diptych::app
