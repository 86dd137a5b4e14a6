/// @file
/// Tests of a domain: given what happened, when this is asked, then that follows.
///
///     using diptych::given;
///
///     given<shop>(batch_created{...}).when(allocate{...}).then(allocated{...});
///     given<shop>().when(allocate{...}).then_refused(refusal::unknown_product);
///     given<shop>(batch_created{...}, allocated{...}).when(allocate{...}).then_nothing();
///     given<shop>(deallocated{...}).reacting<reallocation>().then_sends(allocate{...});
///     given<shop>(placed{...}, timer_due{"expiry"}).reacting<checkout>().then_sends(expire{...});
///
/// In memory and pure, so thousands run in a second. What is compared is what would be recorded:
/// type, stream, tags and data. On a difference `then` throws diptych::scenario_failed, whose text
/// shows both; any test framework reports that. `makes` and `refuses` answer a bool instead.
///
/// The same scenarios run against a real log by one switch: diptych/testing_on_log.hpp. What a
/// process does (`reacting`) is always looked at in memory.
#pragma once

#include <diptych/context.hpp>
#include <diptych/environment.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace diptych {

/// A scenario came out differently.
class scenario_failed : public std::logic_error {
    using logic_error::logic_error;
};

namespace testing {

/// What a runner is to do: record the events, then execute the command.
struct scenario {
    model::context const& context;
    std::span<event_data const> given;
    model::command const& command;
    std::string_view json;  ///< The command, as it would come from outside.
    environment const& surroundings;
};

/// Runs scenarios: in memory, or against a log.
class scenario_runner {
public:
    virtual ~scenario_runner() = default;
    /// Begins with an empty log. Events come back with type, stream, tags and data.
    virtual result<model::decided> run(scenario const& what) = 0;
};

/// Folds and decides, with no log. Thread-safe; lives for ever.
scenario_runner& in_memory();

/// Makes all scenarios of this thread run somewhere else, as long as it lives.
class use_runner {
public:
    /// Keeps a reference: `runner` must outlive it.
    explicit use_runner(scenario_runner& runner);
    ~use_runner();
    use_runner(use_runner const&) = delete;
    use_runner& operator=(use_runner const&) = delete;

private:
    scenario_runner* before_;
};

/// The runner that scenarios of this thread use now.
scenario_runner& current_runner();

/// What came out of a command.
class outcome {
public:
    outcome(std::string context, result<model::decided> what)
        : context_(std::move(context)), what_(std::move(what)) {}

    /// Exactly these events, in this order. Throws scenario_failed.
    template <class... Event>
    void then(Event const&... event) const {
        expect(expected(event...));
    }
    /// Accepted, and nothing has happened. Throws scenario_failed.
    void then_nothing() const { expect({}); }
    /// Refused for this reason. Throws scenario_failed.
    template <class Reason>
        requires std::is_scoped_enum_v<Reason>
    void then_refused(Reason reason) const {
        expect_refused(reflect::enumerator_name(reason));
    }
    /// Neither accepted nor refused. Throws scenario_failed.
    void then_fails(errc kind) const;

    template <class... Event>
    bool makes(Event const&... event) const {
        return difference(expected(event...)).empty();
    }
    template <class Reason>
        requires std::is_scoped_enum_v<Reason>
    bool refuses(Reason reason) const {
        return what_ && what_->refused && what_->reason == reflect::enumerator_name(reason);
    }

    result<model::decided> const& decided() const { return what_; }

    /// All of it as text.
    std::string text() const;

private:
    template <class... Event>
    std::vector<event_data> expected(Event const&... event) const {
        std::vector<event_data> events{encode(event)...};
        for (auto& one : events) one.type = diptych::detail::wire_name(context_, one.type);
        return events;
    }
    std::string difference(std::vector<event_data> const& events) const;
    void expect(std::vector<event_data> const& events) const;
    void expect_refused(std::string_view reason) const;

    std::string context_;
    result<model::decided> what_;
};

/// What a process did after the last of what was given. Each `then` throws scenario_failed, and
/// answers the outcome: `.then_sends(a).then_starts("expiry", 15min)`.
class process_outcome {
public:
    explicit process_outcome(result<model::reaction> what) : what_(std::move(what)) {}

    /// Exactly these commands, in this order.
    template <class... Command>
    process_outcome const& then_sends(Command const&... command) const {
        expect_commands({{std::string{command_name<Command>}, json::write(command)}...});
        return *this;
    }
    /// Starts this timer, perhaps among others.
    process_outcome const& then_starts(std::string_view timer, std::chrono::microseconds delay)
        const;
    /// Cancels this timer, perhaps among others.
    process_outcome const& then_cancels(std::string_view timer) const;
    process_outcome const& then_finishes() const;
    /// Asks for nothing at all.
    process_outcome const& then_nothing() const;

    result<model::reaction> const& reaction() const { return what_; }

private:
    void expect_commands(std::vector<model::reaction::command> const& commands) const;
    [[noreturn]] void fail_on(std::string const& expected) const;

    result<model::reaction> what_;
};

/// The record of an input that is no event, as it stands in the log; the stream is filled in later.
event_data record_of_timer(timer_due const& what);
event_data record_of_answer(
    std::string_view type,
    std::string_view command,
    std::string_view id,
    std::string_view body,
    std::string_view outcome,
    std::string_view error
);

template <class Input>
inline constexpr bool is_answer = false;
template <class Command>
inline constexpr bool is_answer<accepted<Command>> = true;
template <class Command>
inline constexpr bool is_answer<refused<Command>> = true;
template <class Command>
inline constexpr bool is_answer<failed<Command>> = true;

/// Parts of such records.
std::string refusal_json(std::string_view reason, std::string_view detail);
std::string error_json(std::string_view kind, std::string_view code, std::string_view message);

template <class Command>
event_data given_input(std::string_view context, accepted<Command> const& what) {
    auto const command = detail::wire_name(context, command_name<Command>);
    return record_of_answer(
        "$accepted", command, what.id, json::write(what.command), R"({"outcome":"accepted"})", ""
    );
}
template <class Command>
event_data given_input(std::string_view context, refused<Command> const& what) {
    auto const command = detail::wire_name(context, command_name<Command>);
    auto const said = refusal_json(what.reason, what.detail);
    return record_of_answer("$refused", command, what.id, json::write(what.command), said, "");
}
template <class Command>
event_data given_input(std::string_view context, failed<Command> const& what) {
    auto const command = detail::wire_name(context, command_name<Command>);
    auto const said = error_json(what.kind, what.code, what.message);
    return record_of_answer("$failed", command, what.id, json::write(what.command), "", said);
}
inline event_data given_input(std::string_view, timer_due const& what) {
    return record_of_timer(what);
}
template <class Event>
event_data given_input(std::string_view context, Event const& what) {
    auto made = encode(what);
    made.type = detail::wire_name(context, made.type);
    return made;
}

/// Folds all events of its instance and reacts to the last one, in memory.
result<model::reaction> react_in_memory(
    model::process const& process,
    std::span<event_data const> given,
    environment const& surroundings
);

}  // namespace testing

/// The beginning of a scenario: what happened before.
template <class Context>
class given_events {
public:
    explicit given_events(std::vector<event_data> events) : events_(std::move(events)) {}

    /// The time that an environment among the parameters tells. 2026-01-01 if it is not said.
    given_events at(timestamp now) && {
        surroundings_ = environment{now, surroundings_.seed};
        return std::move(*this);
    }
    /// The seed of its random numbers and ids.
    given_events seeded(std::uint64_t seed) && {
        surroundings_ = environment{surroundings_.now, seed};
        return std::move(*this);
    }

    template <domain_command Command>
    testing::outcome when(Command const& command) const {
        auto const& context = context_model<Context>();
        for (auto const& one : context.commands)
            if (one.name == command_name<Command>)
                return {
                    context.name,
                    testing::current_runner().run(
                        {context, events_, one, json::write(command), surroundings_}
                    )
                };
        throw scenario_failed(
            context.name + " has no command " + std::string{command_name<Command>}
        );
    }

    /// Hands the last of them to a process of the context. Its instance is that of the last event
    /// that names one.
    template <class Process>
    testing::process_outcome reacting() const {
        auto const& context = context_model<Context>();
        for (auto const& one : context.processes)
            if (one.name == reflect::type_name<Process>)
                return testing::process_outcome{
                    testing::react_in_memory(one, events_, surroundings_)
                };
        throw scenario_failed(context.name + " has no such process");
    }

private:
    std::vector<event_data> events_;
    environment surroundings_{timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}}, 1};
};

/// Begins a scenario with events of a context, oldest first. For a process also with the answers
/// and timers of its instance: `accepted<allocate>{...}`, `timer_due{"expiry"}`.
template <class Context, class... Event>
given_events<Context> given(Event const&... event) {
    using known = typename detail::context_of<Context>::event_types;
    static_assert(
        ((detail::is_listed<Event>(known{}) || testing::is_answer<Event> ||
          std::is_same_v<Event, timer_due>) &&
         ...),
        "diptych: given() got an event that the context does not list"
    );
    return given_events<Context>{{testing::given_input(context_model<Context>().name, event)...}};
}

}  // namespace diptych
