#include "write/command_flow.hpp"

#include "log/hash.hpp"
#include "write/attempt.hpp"
#include "write/metadata.hpp"
#include "write/outcome_of.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

// Asks for advice. A refusal is what the command is answered, unless it was answered before; so is
// any other failure, but that is never recorded.
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

}  // namespace

std::shared_ptr<attempt> command_flow::attempt_of(
    received const& what, execute_options const& how
) {
    drawn_environment const environment{.now = time_.now(), .seed = random_.next()};
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

result<outcome> command_flow::decide_and_wait(received const& what, execute_options const& how) {
    auto const of = attempt_of(what, how);
    auto const name = full_name(*what.command);
    auto advised = ask_for_advice(what, {.command = name, .body = what.body, .options = how}, *of);
    if (!advised) {
        if (!of->key) return std::unexpected(std::move(advised).error());
        DIPTYCH_TRY(
            auto first,
            tools_.log.propose_and_wait(first_answer_or(std::move(advised).error(), *of))
        );
        return outcome_of(tools_.log, *of, std::move(first));
    }
    if (of->settled && !of->key) return refused_outright(tools_.log, *of->settled);
    for (;;) {
        DIPTYCH_TRY(auto proposal, next_proposal(tools_, of));
        auto answer = settle(tools_, *of, tools_.log.propose_and_wait(std::move(proposal)));
        if (answer) return *std::move(answer);
    }
}

result<outcome> command_flow::pass(
    std::size_t step, received const& what, execute_options const& how
) {
    if (step == chain_.size()) return decide_and_wait(what, how);
    auto const name = full_name(*what.command);
    next_call::function const rest = [&](execute_options const& changed) {
        return pass(step + 1, what, changed);
    };
    return guarded("middleware", [&] {
        return chain_[step](
            {.command = name, .body = what.body, .options = how}, next_call{rest, how}
        );
    });
}

result<outcome> command_flow::execute(received const& what, execute_options const& how) {
    auto answer = guarded(full_name(*what.command), [&] { return pass(0, what, how); });
    what.known->counts.count(answer);
    return answer;
}

void command_flow::answered(
    std::shared_ptr<attempt> const& of,
    std::shared_ptr<outcome_callback> const& done,
    result<appended> said
) {
    auto answer = settle(tools_, *of, std::move(said));
    if (!answer) return go_on(of, done);
    of->counts->count(*answer);
    (*done)(*std::move(answer));
}

void command_flow::go_on(std::shared_ptr<attempt> of, std::shared_ptr<outcome_callback> done) {
    auto proposal = guarded(full_name(*of->command), [&] { return next_proposal(tools_, of); });
    if (!proposal) {
        result<outcome> answer = std::unexpected(std::move(proposal).error());
        of->counts->count(answer);
        return (*done)(std::move(answer));
    }
    proposal->done = [this, of, done](result<appended> said) {
        auto const reads = !said || said->repeated;  // not on the commit step's thread, if possible
        if (!reads || !elsewhere_) return answered(of, done, std::move(said));
        elsewhere_([this, of, done, kept_said = std::move(said)]() mutable {
            answered(of, done, std::move(kept_said));
        });
    };
    tools_.log.propose(*std::move(proposal));
}

void command_flow::execute_async(
    received const& what, execute_options const& how, outcome_callback done
) {
    if (!chain_.empty() || !what.known->advice.empty()) return done(execute(what, how));
    go_on(attempt_of(what, how), std::make_shared<outcome_callback>(std::move(done)));
}

}  // namespace diptych::write
