#include "write/executor.hpp"

#include "log/hash.hpp"
#include "write/attempt.hpp"
#include "write/command_registry.hpp"
#include "write/decide_again.hpp"
#include "write/hot_states.hpp"
#include "write/metadata.hpp"
#include "write/outcome_of.hpp"
#include "write/rounds.hpp"
#include "write/snapshots.hpp"
#include "write/state_loader.hpp"
#include "write/state_names.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

using outcome_callback = std::move_only_function<void(result<outcome>)>;

/// A command that has been found and read.
struct received {
    registered_command* known;
    model::command const* command;
    model::erased_const value;
    std::string body;
};

}  // namespace

struct executor::parts {
    parts(log::sequenced_log& to, clock& now, random_source& numbers, executor_options const& with)
        : log(to),
          time(now),
          random(numbers),
          options(with),
          watch{.time = &now, .slow = with.slow_decision, .on_slow = with.on_slow},
          kept(to, with.build_id, with.snapshots_pending_max),
          loader(
              to,
              kept,
              numbers,
              {.cached_states_max = with.cached_states_max,
               .snapshot_after = with.snapshot_after,
               .refold_one_in = with.refold_one_in}
          ),
          hot(with.hot_states_max, with.delta_max),
          tools{
              .log = log,
              .loader = loader,
              .hot = hot,
              .watch = watch,
              .rounds_max = with.rounds_max
          } {}

    std::shared_ptr<attempt> attempt_of(received const& what, execute_options const& how);
    result<outcome> decide_and_wait(received const& what, execute_options const& how);
    result<outcome> pass(std::size_t step, received const& what, execute_options const& how);
    result<outcome> execute(received const& what, execute_options const& how);
    void go_on(std::shared_ptr<attempt> of, std::shared_ptr<outcome_callback> done);
    void answered(
        std::shared_ptr<attempt> const& of,
        std::shared_ptr<outcome_callback> const& done,
        result<appended> said
    );
    void execute_async(received const& what, execute_options const& how, outcome_callback done);

    log::sequenced_log& log;
    clock& time;
    random_source& random;
    executor_options const options;
    watchdog const watch;
    command_registry registry = {};
    std::vector<middleware> chain = {};
    snapshots kept;
    state_loader loader;
    hot_states hot;
    round_tools const tools;
};

std::shared_ptr<attempt> executor::parts::attempt_of(
    received const& what, execute_options const& how
) {
    drawn_environment const environment{.now = time.now(), .seed = random.next()};
    std::optional<command_key> key;
    if (!how.command_id.empty())
        key = command_key{
            .caller = how.caller,
            .id = how.command_id,
            .digest = log::sha256({full_name(*what.command), "\n", what.body})
        };
    return std::make_shared<attempt>(attempt{
        .command = what.command,
        .value = what.value,
        .options = how,
        .key = std::move(key),
        .now = environment.now,
        .seed = environment.seed,
        .metadata = metadata_of(*what.command, how, environment),
        .counts = &what.known->counts
    });
}

// Asks for advice. A refusal is what the command is answered, unless it was answered before.
result<void> ask_for_advice(received const& what, call const& whose, attempt& of) {
    for (auto const& advice : what.known->advice) {
        auto said =
            guarded("the validation of " + full_name(*what.command), [&] { return advice(whose); });
        if (said) continue;
        if (said.error().kind != errc::refused) return said;
        of.settled = model::decided{
            .refused = true, .reason = said.error().code, .detail = said.error().message
        };
        return {};
    }
    return {};
}

result<outcome> executor::parts::decide_and_wait(received const& what, execute_options const& how) {
    auto const of = attempt_of(what, how);
    auto const name = full_name(*what.command);
    DIPTYCH_TRY(ask_for_advice(what, {.command = name, .body = what.body, .options = how}, *of));
    if (of->settled && !of->key) return refused_outright(log, *of->settled);
    for (;;) {
        DIPTYCH_TRY(auto proposal, next_proposal(tools, of));
        auto answer = settle(tools, *of, log.propose_and_wait(std::move(proposal)));
        if (answer) return *std::move(answer);
    }
}

result<outcome> executor::parts::pass(
    std::size_t step, received const& what, execute_options const& how
) {
    if (step == chain.size()) return decide_and_wait(what, how);
    auto const name = full_name(*what.command);
    next_call::function const rest = [&](execute_options const& changed) {
        return pass(step + 1, what, changed);
    };
    return guarded("middleware", [&] {
        return chain[step](
            {.command = name, .body = what.body, .options = how}, next_call{rest, how}
        );
    });
}

result<outcome> executor::parts::execute(received const& what, execute_options const& how) {
    auto answer = guarded(full_name(*what.command), [&] { return pass(0, what, how); });
    what.known->counts.count(answer);
    return answer;
}

void executor::parts::answered(
    std::shared_ptr<attempt> const& of,
    std::shared_ptr<outcome_callback> const& done,
    result<appended> said
) {
    auto answer = settle(tools, *of, std::move(said));
    if (!answer) return go_on(of, done);
    of->counts->count(*answer);
    (*done)(*std::move(answer));
}

void executor::parts::go_on(std::shared_ptr<attempt> of, std::shared_ptr<outcome_callback> done) {
    auto proposal = guarded(full_name(*of->command), [&] { return next_proposal(tools, of); });
    if (!proposal) {
        result<outcome> answer = std::unexpected(std::move(proposal).error());
        of->counts->count(answer);
        return (*done)(std::move(answer));
    }
    proposal->done = [this, of, done](result<appended> said) {
        auto const reads = !said || said->repeated;  // not on the commit step's thread, if possible
        if (!reads || !options.elsewhere) return answered(of, done, std::move(said));
        options.elsewhere([this, of, done, kept_said = std::move(said)]() mutable {
            answered(of, done, std::move(kept_said));
        });
    };
    log.propose(*std::move(proposal));
}

void executor::parts::execute_async(
    received const& what, execute_options const& how, outcome_callback done
) {
    if (!chain.empty() || !what.known->advice.empty()) return done(execute(what, how));
    go_on(attempt_of(what, how), std::make_shared<outcome_callback>(std::move(done)));
}

executor::executor(
    log::sequenced_log& log, clock& time, random_source& random, executor_options options
)
    : parts_(std::make_unique<parts>(log, time, random, options)) {}

executor::~executor() = default;

result<void> executor::add(model::context const& context) { return parts_->registry.add(context); }

void executor::use(middleware step) { parts_->chain.push_back(std::move(step)); }

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

}  // namespace

result<outcome> executor::execute(
    std::string_view command, std::string_view json, execute_options const& options
) {
    DIPTYCH_TRY(auto const what, receive(parts_->registry, command, json));
    return parts_->execute(what, options);
}

result<outcome> executor::execute(
    model::command const& command, model::erased_const const& value, execute_options const& options
) {
    DIPTYCH_TRY(auto const what, receive(parts_->registry, command, value));
    return parts_->execute(what, options);
}

void executor::execute_async(
    std::string_view command,
    std::string_view json,
    execute_options const& options,
    outcome_callback done
) {
    auto const what = receive(parts_->registry, command, json);
    if (!what) return done(std::unexpected(what.error()));
    parts_->execute_async(*what, options, std::move(done));
}

void executor::execute_async(
    model::command const& command,
    model::erased_const const& value,
    execute_options const& options,
    outcome_callback done
) {
    auto const what = receive(parts_->registry, command, value);
    if (!what) return done(std::unexpected(what.error()));
    parts_->execute_async(*what, options, std::move(done));
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
    if (names.size() != of.id_kinds.size())
        return fail(
            errc::invalid,
            "state_ids",
            of.name + " is folded for " + std::to_string(of.id_kinds.size()) + " ids, not " +
                std::to_string(names.size())
        );
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
