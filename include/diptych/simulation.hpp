/// @file
/// Simulation of a whole application: its contexts, views and processes on one thread, on a disk
/// that forgets what was not synced when the power fails, and on a clock that jumps.
///
///     struct never_oversold {  // a rule is a state of the whole log that can be broken
///         std::map<batch_id, int> free;
///         void evolve(batch_created const& e) { free[e.batch] = e.quantity; }
///         void evolve(allocated const& e)     { free[e.batch] -= e.quantity; }
///         std::optional<std::string> broken() const { ... }
///     };
///
///     int main(int count, char** values) {
///         diptych::simulation shop;
///         shop.add<shop::context>().views("views/").rule<shop::context, never_oversold>();
///         shop.client([](diptych::simulated_client& of) {
///             of.execute(allocate{.order = {of.one_of("o", 20)}, .product = {of.one_of("p", 3)},
///                                 .quantity = static_cast<int>(of.between(1, 9))});
///         });
///         return shop.run(count, values);  // --seeds 1000; --seed 17 --trace repeats one
///     }
///
/// A seed decides what clients ask, which step runs next, when the process is killed or loses its
/// power, and which calls of the disk fail. After each run a checker that shares no code with the
/// engine compares what clients were answered with the log that is left: what was acknowledged is
/// there, once, dense and in order. Each view must answer what it answers when its file is deleted
/// and built again. Each process must have come to rest.
///
/// A run that breaks a promise is shrunk to the steps that it needs. Link `diptych::simulation`.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/command.hpp>
#include <diptych/context.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/state_model.hpp>
#include <diptych/view_model.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych {

namespace sim {
class clients;
}

/// A client while it decides what to ask. Valid during the call.
class simulated_client {
public:
    explicit simulated_client(sim::clients& as) : as_(as) {}

    std::uint64_t below(std::uint64_t n);                            ///< 0 to n - 1.
    std::uint64_t between(std::uint64_t least, std::uint64_t most);  ///< Both included.
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::string one_of(std::string_view name, std::uint64_t how_many);  ///< "p1" to "p<how many>".

    /// Sends a command, half of the time with an id, and then perhaps again later. Its answer comes
    /// when the steps of the run have brought it about, or never: the process may be killed.
    template <domain_command Command>
    void execute(Command const& command) {
        execute(command_name<Command>, json::write(command));
    }
    void execute(std::string_view name, std::string json);

private:
    sim::clients& as_;
};

/// Which runs, and what happens in them.
struct simulation_options {
    std::uint64_t seed = 1;              ///< The first.
    std::uint64_t seeds = 1;             ///< How many.
    std::size_t steps = 100;             ///< Of each run.
    bool crashes = true;                 ///< Kills, power losses and restarts.
    bool faults = true;                  ///< Calls of the disk that fail.
    std::vector<std::size_t> only = {};  ///< The steps that are done, in order; empty: all.
    /// Told of everything that happens, a line each.
    std::function<void(std::string_view)> trace = {};
};

/// A run that broke a promise.
struct broken_run {
    std::string promise;          ///< Which, and by what, in a few lines.
    simulation_options smallest;  ///< The same seed with the steps that are needed.
    std::string arguments;        ///< The same for run(int, char**): "--seed 7 --only 3,12".
};

struct simulation_report {
    std::uint64_t runs = 0;
    std::uint64_t events = 0;    ///< In the logs at the end, of all runs together; so below.
    std::uint64_t attempts = 0;  ///< Of clients: commands, and looks at views.
    std::uint64_t crashes = 0;
    std::uint64_t faults = 0;
    std::optional<broken_run> broken = {};  ///< The first one; nothing runs after it.
    std::string text;                       ///< All of it in a few lines.
};

/// What to simulate. One thread.
class simulation {
public:
    /// Why a rule is broken, in the log so far. Empty: it is kept.
    using rule_check = std::function<std::optional<std::string>(std::span<recorded_event const>)>;

    simulation();
    simulation(simulation&&) noexcept;
    ~simulation();

    /// Adds a context: its commands and processes run.
    template <class Context>
    simulation& add() {
        return add(context_model<Context>());
    }
    simulation& add(model::context const& context);

    /// Adds a view file, or every `*.sql` of a folder. A fault in one is run()'s error.
    simulation& views(std::filesystem::path const& file_or_folder);

    /// Adds a view written in C++. Must outlive the simulation, as models do.
    simulation& add(model::view const& view);

    /// What a client does when it is its turn. Adding several: each in turn, by chance.
    simulation& client(std::function<void(simulated_client&)> act);

    /// Adds a rule that holds after every append, as no reader sees a part of one: a struct with
    /// `evolve` for events of the context, as a state of the whole log has, and
    /// `std::optional<std::string> broken() const`. If it has `std::optional<std::string>
    /// broken_at_rest() const`, too, that is asked at the end, when no process has anything left to
    /// do and no timer runs, but such as start themselves again.
    template <class Context, class Rule>
    simulation& rule() {
        return rule(std::string{reflect::type_name<Rule>}, check_of<Context, Rule>);
    }
    simulation& rule(std::string name, rule_check check);

    /// Runs the seeds. Fails with invalid if a view can not be read or there is no client.
    result<simulation_report> run(simulation_options const& how) const;

    /// Runs as a program: `--seed`, `--seeds`, `--steps`, `--only`, `--no-crashes`, `--no-faults`,
    /// `--trace`; a seed that is named is run alone, else there are 100. Says what came out and
    /// answers the exit code: 0, 1 if a promise was broken, 2 if it could not run: an argument that
    /// is none, a view that can not be read.
    int run(int count, char const* const* values) const;

private:
    template <class Context, class Rule>
    static std::optional<std::string> check_of(std::span<recorded_event const> events) {
        static_assert(!keyed_state<Rule>, "diptych: a rule is about the whole log, it has no `of`");
        auto const& model = state_model<detail::context_of<Context>, Rule>();
        auto const folded = model.make();
        auto const& rule = *static_cast<Rule const*>(folded.get());
        for (std::size_t i = 0; i < events.size(); ++i) {
            auto const& event = events[i];
            if (auto const done = model.fold(folded.get(), event, {}); !done)
                return done.error().message;
            if (!ends_append(events, i)) continue;
            if (auto const why = rule.broken())
                return *why + " at " + std::to_string(event.position.value);
        }
        if constexpr (requires { rule.broken_at_rest(); }) return rule.broken_at_rest();
        return {};
    }

    // Whether the next event, if there is one, was recorded by another command.
    static bool ends_append(std::span<recorded_event const> events, std::size_t i);

    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych
