/// @file
/// Processes: what follows by itself. They react to events by sending commands and setting timers.
///
///     struct reallocation {
///         using of = product_id;                                     // one for each product
///         std::vector<line> waiting;                                 // a state, as in state.hpp
///         void evolve(back_ordered const& e) { waiting.push_back({e.order, e.quantity}); }
///
///         diptych::reaction react(deallocated const& e, diptych::environment const&) const {
///             return allocate{.order = e.order, .product = e.product, .quantity = e.quantity};
///         }
///         diptych::reaction react(diptych::timer_due const& t) const;
///         diptych::reaction react(diptych::refused<allocate> const& no) const;
///     };
///
/// An input is any event that `react` or `evolve` takes; it is folded first, then reacted to. The
/// instance that an input belongs to is its only field of the kind that the process is `of`; where
/// there is none, or several, a function says it:
///
///     static order_id key(payment_received const& e) { return {e.reference}; }
///
/// A key of another kind is one that an instance has taken for its own before: `correlate`.
///
/// Inputs are also the answers to its own commands (`accepted`, `refused`, `failed`) and its timers
/// (`timer_due`). All of them stand in the log, see docs/reference/process-events.md: every
/// reaction is recorded before its first command is sent, and is never computed again for a
/// rebuild.
///
/// Any input begins an instance, unless the process says which do, and it lives until `finish()`:
///
///     using started_by = diptych::events<order_placed>;
///
/// It may say which commands it sends. Then the application does not start unless a context of it
/// has each of them, a reaction that sends another one fails, and `map` shows where its commands
/// go:
///
///     using sends = diptych::commands<allocate, ship>;
#pragma once

#include <diptych/clock.hpp>
#include <diptych/command.hpp>
#include <diptych/error.hpp>
#include <diptych/id.hpp>
#include <diptych/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych {

template <class... Command>
struct commands;  // context.hpp
template <class... Event>
struct events;

/// The command that this process sent was accepted.
template <class Command>
struct accepted {
    Command command;
    std::string id = {};  ///< Its command id.
};

/// The domain said no to the command that this process sent.
template <class Command>
struct refused {
    Command command;
    std::string id = {};
    std::string reason = {};
    std::string detail = {};
};

/// The command that this process sent can not be carried out; sending it again would not help.
template <class Command>
struct failed {
    Command command;
    std::string id = {};
    std::string kind = {};  ///< Of the error: "invalid", "not_found", "failed".
    std::string code = {};
    std::string message = {};
};

/// A timer of this process has come due.
struct timer_due {
    std::string timer;  ///< The name it was started under.
    timestamp due = {};
};

/// How a command is sent.
struct sending {
    /// A command sent later under the same name takes its place: the answer to the one before, if
    /// it comes after that, is recorded but is no input any more.
    std::string name = {};
    std::chrono::microseconds after{0};  ///< It is not sent before; others do not wait for it.
    /// From the reaction on; then it is not carried out any more, and `failed` with the code
    /// "expired" comes back. For ever if it is not said.
    std::optional<std::chrono::microseconds> within = {};
};

/// What is to be done: commands to send, timers to start and to cancel. Nothing, by default.
///
///     diptych::reaction all = diptych::cancel("expiry");
///     all += allocate{...};
///     return all;
class [[nodiscard]] reaction {
public:
    /// A command; its context is found by the engine.
    struct command {
        std::string name;
        std::string home;  ///< The namespace of its type: its context, unless it is of ours.
        std::string json;
        sending how = {};
    };
    struct timer {
        std::string name;
        std::chrono::microseconds delay;
    };

    reaction() = default;

    template <sendable_command Command>
    reaction(Command const& send) {  // NOLINT(google-explicit-constructor)
        commands_.push_back(
            {std::string{command_name<Command>},
             std::string{reflect::namespace_name<Command>},
             json::write(send)}
        );
    }

    /// Does both, in order: a timer started here and cancelled there does not run.
    reaction& operator+=(reaction other) {
        for (auto const& name : other.cancelled_)
            std::erase_if(started_, [&](timer const& one) { return one.name == name; });
        for (auto& id : other.correlated_) correlated_.push_back(std::move(id));
        finishes_ = finishes_ || other.finishes_;
        for (auto& one : other.commands_) commands_.push_back(std::move(one));
        for (auto& one : other.started_) started_.push_back(std::move(one));
        for (auto& one : other.cancelled_) cancelled_.push_back(std::move(one));
        return *this;
    }

    std::vector<command> const& commands() const { return commands_; }
    std::vector<timer> const& started() const { return started_; }
    std::vector<std::string> const& cancelled() const { return cancelled_; }
    std::vector<std::string> const& correlated() const { return correlated_; }
    bool finishes() const { return finishes_; }

private:
    template <sendable_command Command>
    friend reaction send(Command const& command, sending how);
    friend struct compensations;
    friend reaction start(std::string timer, std::chrono::microseconds delay);
    friend reaction cancel(std::string timer);
    friend reaction correlate_name(std::string id);
    friend reaction finish();

    std::vector<command> commands_;
    std::vector<timer> started_;
    std::vector<std::string> cancelled_;
    std::vector<std::string> correlated_;
    bool finishes_ = false;
};

/// Sends a command under a name, later, or not for ever. Commands of one instance are sent in the
/// order in which it asked for them, each when the one before has been answered.
template <sendable_command Command>
reaction send(Command const& command, sending how) {
    reaction made{command};
    made.commands_.back().how = std::move(how);
    return made;
}

/// Starts a timer of this instance; one of the same name that runs is replaced.
inline reaction start(std::string timer, std::chrono::microseconds delay) {
    reaction made;
    made.started_.push_back({std::move(timer), delay});
    return made;
}

/// Stops a timer, if it runs.
inline reaction cancel(std::string timer) {
    reaction made;
    made.cancelled_.push_back(std::move(timer));
    return made;
}

/// As correlate(), of an id's name ("payment-p1").
inline reaction correlate_name(std::string id) {
    reaction made;
    made.correlated_.push_back(std::move(id));
    return made;
}

/// From the next input on, events whose key() is this id belong to this instance. An id belongs to
/// one instance; a reaction that takes another's fails.
template <class Id>
    requires is_id<Id>
reaction correlate(Id const& id) {
    return correlate_name(id.name());
}

/// Ends the instance for good: its timers stop, its commands are still sent, and it takes no more
/// input.
inline reaction finish() {
    reaction made;
    made.finishes_ = true;
    return made;
}

/// Commands that would undo the steps taken so far, kept in the state of a process.
///
///     diptych::compensations undo;
///     void evolve(diptych::accepted<book_hotel> const& e) {
///     undo.add(cancel_hotel{e.command.trip}); } diptych::reaction
///     react(diptych::refused<book_flight> const&) const { return undo.in_reverse(); }
///
/// See "Sagas" (Garcia-Molina, Salem, SIGMOD 1987).
struct compensations {
    struct step {
        std::string name;
        std::string home;
        std::string body;  ///< JSON.
    };
    std::vector<step> steps = {};

    template <sendable_command Command>
    void add(Command const& undo) {
        steps.push_back(
            {std::string{command_name<Command>},
             std::string{reflect::namespace_name<Command>},
             json::write(undo)}
        );
    }

    /// Sends all of them, the last one first; each when the one before has been answered.
    reaction in_reverse() const {
        reaction made;
        for (auto i = steps.size(); i > 0; --i)
            made.commands_.push_back({steps[i - 1].name, steps[i - 1].home, steps[i - 1].body});
        return made;
    }
};

}  // namespace diptych
