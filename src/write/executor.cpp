#include "write/executor.hpp"

#include "write/attempt.hpp"
#include "write/command_flow.hpp"
#include "write/command_registry.hpp"
#include "write/decide_again.hpp"
#include "write/hot_states.hpp"
#include "write/snapshots.hpp"
#include "write/state_loader.hpp"
#include "write/state_names.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

struct executor::parts {
    parts(log::sequenced_log& to, clock& time, random_source& random, executor_options with)
        : together_max(with.together_max),
          log(to),
          watch{.time = &time, .slow = with.slow_decision, .on_slow = std::move(with.on_slow)},
          kept(to, with.build_id, with.snapshots_pending_max),
          loader(
              to,
              kept,
              random,
              {.cached_states_max = with.cached_states_max,
               .snapshot_after = with.snapshot_after,
               .refold_one_in = with.refold_one_in}
          ),
          hot(with.hot_states_max, with.delta_max),
          flow(
              {.log = log,
               .loader = loader,
               .hot = hot,
               .watch = watch,
               .rounds_max = with.rounds_max},
              time,
              random,
              std::move(with.elsewhere),
              std::move(with.on_handled)
          ) {}

    result<outcome> answered_before(
        std::string_view command,
        std::string_view json,
        execute_options const& options,
        error const& otherwise
    );

    std::size_t const together_max;
    log::sequenced_log& log;
    watchdog const watch;
    command_registry registry = {};
    snapshots kept;
    state_loader loader;
    hot_states hot;
    command_flow flow;
};

executor::executor(
    log::sequenced_log& log, clock& time, random_source& random, executor_options options
)
    : parts_(std::make_unique<parts>(log, time, random, std::move(options))) {}

executor::~executor() = default;

// What was executed has its answer, also from a program that can not read it any more.
result<outcome> executor::parts::answered_before(
    std::string_view command,
    std::string_view json,
    execute_options const& options,
    error const& otherwise
) {
    auto const known = registry.find(command);
    auto const name = known ? full_name(*(*known)->command) : std::string(command);
    return flow.first_answer(name, json, options)
        .value_or(result<outcome>(std::unexpected(otherwise)));
}

result<void> executor::add(model::context const& context) { return parts_->registry.add(context); }

void executor::use(middleware step) { parts_->flow.use(std::move(step)); }

result<void> executor::validate(std::string_view command, validation advice) {
    DIPTYCH_TRY(auto* const known, parts_->registry.find(command));
    known->advice.push_back(std::move(advice));
    return {};
}

namespace {

result<received> receive(
    command_registry const& registry, std::string_view name, std::string_view json
) {
    DIPTYCH_TRY(auto* const known, registry.find(name));
    ++known->counts.received;
    auto value = guarded("reading " + full_name(*known->command), [&] {
        return known->command->parse(json);
    });
    if (!value) {
        ++known->counts.invalid;
        return std::unexpected(std::move(value).error());
    }
    return received{
        .known = known,
        .command = known->command,
        .value = *std::move(value),
        .body = std::string(json)
    };
}

result<received> receive(
    command_registry const& registry, model::command const& command, model::erased_const value
) {
    DIPTYCH_TRY(auto* const known, registry.find(full_name(command)));
    ++known->counts.received;
    DIPTYCH_TRY(auto body, guarded("writing " + full_name(command), [&]() -> result<std::string> {
                    return command.print(value.get());
                }));
    return received{
        .known = known, .command = &command, .value = std::move(value), .body = std::move(body)
    };
}

result<received> receive(command_registry const& registry, command_text const& what) {
    return receive(registry, what.command, what.json);
}
result<received> receive(command_registry const& registry, command_value const& what) {
    return receive(registry, *what.command, what.value);
}

// Reads all of them; if one can not be read, that is how the others end as well.
template <class Command>
result<std::vector<received>> receive_all(
    command_registry const& registry, std::span<Command const> commands, std::size_t count_max
) {
    if (commands.empty())
        return fail(errc::invalid, "no_commands", "there are no commands to execute together");
    if (commands.size() > count_max)
        return fail(
            errc::invalid,
            "too_many_commands",
            std::to_string(commands.size()) + " commands are more than the " +
                std::to_string(count_max) + " that may be executed together"
        );
    std::vector<received> all;
    for (auto const& command : commands) {
        auto one = receive(registry, command);
        if (!one) {
            if (commands.size() > 1)
                one.error().facts.emplace_back("place", std::to_string(all.size()));
            for (auto const& other : all) other.known->counts.count(std::unexpected(one.error()));
            return std::unexpected(std::move(one).error());
        }
        all.push_back(*std::move(one));
    }
    return all;
}

}  // namespace

result<outcome> executor::execute_together(
    std::span<command_text const> commands, execute_options const& options
) {
    DIPTYCH_TRY(auto const what, receive_all(parts_->registry, commands, parts_->together_max));
    return parts_->flow.execute(what, options);
}

result<outcome> executor::execute_together(
    std::span<command_value const> commands, execute_options const& options
) {
    DIPTYCH_TRY(auto const what, receive_all(parts_->registry, commands, parts_->together_max));
    return parts_->flow.execute(what, options);
}

result<outcome> executor::execute(
    std::string_view command, std::string_view json, execute_options const& options
) {
    auto const what = receive(parts_->registry, command, json);
    if (!what) return parts_->answered_before(command, json, options, what.error());
    return parts_->flow.execute(std::span(&*what, 1), options);
}

result<outcome> executor::execute(
    model::command const& command, model::erased_const const& value, execute_options const& options
) {
    DIPTYCH_TRY(auto const what, receive(parts_->registry, command, value));
    return parts_->flow.execute(std::span(&what, 1), options);
}

void executor::execute_async(
    std::string_view command,
    std::string_view json,
    execute_options const& options,
    outcome_callback done,
    record_keeper kept_by
) {
    auto const what = receive(parts_->registry, command, json);
    if (!what) return done(parts_->answered_before(command, json, options, what.error()));
    parts_->flow.execute_async(*what, options, std::move(done), kept_by);
}

void executor::execute_async(
    model::command const& command,
    model::erased_const const& value,
    execute_options const& options,
    outcome_callback done,
    record_keeper kept_by
) {
    auto const what = receive(parts_->registry, command, value);
    if (!what) return done(std::unexpected(what.error()));
    parts_->flow.execute_async(*what, options, std::move(done), kept_by);
}

result<model::command const*> executor::find(std::string_view command) const {
    DIPTYCH_TRY(auto const* const known, parts_->registry.find(command));
    return known->command;
}

std::vector<model::command const*> executor::commands() const {
    std::vector<model::command const*> all;
    for (auto const& [name, known] : parts_->registry.all()) all.push_back(known->command);
    return all;
}

std::span<model::context const* const> executor::contexts() const {
    return parts_->registry.contexts();
}

result<folded_state> executor::fold(
    model::state const& of, std::span<std::string const> names, std::optional<position> up_to
) {
    DIPTYCH_TRY(expect_names(of, names));
    model::state_key const key{.of = &of, .names = {names.begin(), names.end()}};
    auto const end = parts_->log.end().position;
    if (!up_to) return parts_->loader.load(key, end);
    if (*up_to > end)
        return fail(
            errc::invalid,
            "future_position",
            "position " + std::to_string(up_to->value) + " is not recorded yet; the log ends at " +
                std::to_string(end.value)
        );
    return parts_->loader.load_as_of(key, *up_to);
}

result<std::string> executor::state(
    std::string_view name, std::span<std::string const> names, std::optional<position> up_to
) {
    DIPTYCH_TRY(auto const* const of, parts_->registry.find_state(name));
    if (of->save == nullptr)
        return fail(errc::invalid, "not_writable", of->name + " can not be written down");
    DIPTYCH_TRY(auto const folded, fold(*of, names, up_to));
    return guarded("saving " + of->name, [&]() -> result<std::string> {
        return of->save(folded.value.get());
    });
}

result<bool> executor::snapshot_step() { return parts_->kept.step(); }

std::vector<command_statistics> executor::statistics() const {
    std::vector<command_statistics> all;
    for (auto const& [name, known] : parts_->registry.all())
        all.push_back(known->counts.read(name));
    return all;
}

state_statistics executor::states() const { return parts_->loader.statistics(); }

}  // namespace diptych::write
