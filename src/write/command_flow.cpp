#include "write/command_flow.hpp"

#include "log/hash.hpp"
#include "log/known_answer.hpp"
#include "write/attempt.hpp"
#include "write/metadata.hpp"
#include "write/outcome_of.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

// A unit on its way: `arrived` are the options with which its first commands came out of
// middleware.
struct command_flow::journey {
    std::span<received const> what;
    execute_options const& given;
    std::vector<execute_options> arrived = {};
    std::shared_ptr<attempt> tried = {};  // null: middleware has answered
};

namespace {

// Asks for advice on one command. A refusal is what the unit is answered, unless it was answered
// before; so is any other failure, but that is never recorded.
result<void> ask_for_advice(
    received const& what, execute_options const& how, std::size_t place, attempt& of
) {
    auto const name = full_name(*what.command);
    call const whose{.command = name, .body = what.body, .options = how};
    for (auto const& advice : what.known->advice) {
        auto said = guarded("the validation of " + name, [&] { return advice(whose); });
        if (said) continue;
        if (said.error().kind != errc::refused) return said;
        of.settled =
            refusal_by(of, place, std::move(said.error().code), std::move(said.error().message));
        return {};
    }
    return {};
}

log::hash256 digest_of(std::string_view command, std::string_view body) {
    return log::sha256({command, "\n", body});
}

log::hash256 digest_of(received const& what) {
    return digest_of(full_name(*what.command), what.body);
}

log::hash256 digest_of(std::span<received const> what) {
    if (what.size() == 1) return digest_of(what.front());
    std::string digests;
    for (auto const& one : what) digests += log::bytes_of(digest_of(one));
    return log::sha256({"together\n", digests});
}

// What holds for a unit as a whole.
result<execute_options> options_of_all(std::span<execute_options const> each) {
    auto of_all = each.front();
    for (auto const& how : each) {
        if (how.caller != of_all.caller || how.command_id != of_all.command_id ||
            how.if_match != of_all.if_match)
            return fail(
                errc::failed,
                "middleware",
                "middleware gave commands of one unit different callers, command ids or tokens"
            );
        if (how.mode == concurrency::pessimistic) of_all.mode = how.mode;
    }
    return of_all;
}

}  // namespace

std::shared_ptr<attempt> command_flow::attempt_of(
    std::span<received const> what,
    std::span<execute_options const> each,
    execute_options const& of_all
) {
    auto const now = time_.now();
    std::vector<part> parts;
    for (std::size_t i = 0; i < what.size(); ++i) {
        drawn_environment const environment{.now = now, .seed = random_.next()};
        parts.push_back(
            {.command = what[i].command,
             .value = what[i].value,
             .seed = environment.seed,
             .metadata = metadata_of(*what[i].command, each[i], environment),
             .counts = &what[i].known->counts,
             .body_bytes = what[i].body.size()}
        );
    }
    std::optional<command_key> key;
    if (!of_all.command_id.empty())
        key = {.caller = of_all.caller, .id = of_all.command_id, .digest = digest_of(what)};
    return std::make_shared<attempt>(
        attempt{.parts = std::move(parts), .options = of_all, .key = std::move(key), .now = now}
    );
}

result<outcome> command_flow::decide_and_wait(journey& on) {
    DIPTYCH_TRY(auto const of_all, options_of_all(on.arrived));
    auto const of = attempt_of(on.what, on.arrived, of_all);
    on.tried = of;
    result<void> advised;
    for (std::size_t i = 0; i < on.what.size() && advised && !of->settled; ++i)
        advised = ask_for_advice(on.what[i], on.arrived[i], i, *of);
    if (!advised) {
        if (!of->key) return std::unexpected(std::move(advised).error());
        DIPTYCH_TRY(
            auto first,
            tools_.log.propose_and_wait(log::known_answer_or(*of->key, std::move(advised).error()))
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

// The next of the commands begins where the chain ends.
result<outcome> command_flow::arrive(journey& on, execute_options const& how) {
    // Taken back however it ends: middleware of an earlier command may go on once more.
    struct taken_back {
        journey& of;
        ~taken_back() { of.arrived.pop_back(); }
    };
    on.arrived.push_back(how);
    taken_back const after{on};
    return on.arrived.size() == on.what.size() ? decide_and_wait(on) : pass(on, 0, on.given);
}

result<outcome> command_flow::pass(journey& on, std::size_t step, execute_options const& how) {
    if (step == chain_.size()) return arrive(on, how);
    auto const place = on.arrived.size();
    auto const& what = on.what[place];
    auto const name = full_name(*what.command);
    auto went_on = false;
    next_call::function const rest = [&](execute_options const& changed) {
        went_on = true;
        return pass(on, step + 1, changed);
    };
    auto answer = guarded("middleware", [&] {
        return chain_[step](
            {.command = name, .body = what.body, .options = how}, next_call{rest, how}
        );
    });
    if (answer && !answer->accepted() && !went_on && on.what.size() > 1)
        answer->refused_by = {.place = place, .command = name};
    return answer;
}

// What came of a command that middleware has answered has no attempt to tell of it.
void command_flow::tell(journey const& on, result<outcome> const& answer) const {
    if (!on_handled_ || (answer && answer->repeated)) return;
    auto const now = time_.now();
    if (on.tried) return on_handled_(handled(*on.tried, answer, now));
    handled_command made{
        .parts = {}, .caller = on.given.caller, .received = now, .took = {}, .answer = answer
    };
    for (auto const& one : on.what)
        made.parts.push_back(
            {.command = one.command,
             .value = one.value,
             .metadata = metadata_of(*one.command, on.given, {.now = now, .seed = 0}),
             .body_bytes = one.body.size()}
        );
    on_handled_(std::move(made));
}

std::optional<result<outcome>> command_flow::first_answer(
    std::string_view command, std::string_view body, execute_options const& how
) {
    if (how.command_id.empty()) return std::nullopt;
    constexpr std::string_view none = "not_answered";
    attempt const of{
        .parts = {},
        .options = how,
        .key = {{.caller = how.caller, .id = how.command_id, .digest = digest_of(command, body)}},
        .now = {}
    };
    auto said = tools_.log.propose_and_wait(log::known_answer_or(
        *of.key, {.kind = errc::not_found, .code = std::string(none), .message = {}}
    ));
    if (said) return outcome_of(tools_.log, of, *std::move(said));
    auto const& why = said.error();
    if (why.code == none || why.code == "command_id_reused") return std::nullopt;
    return result<outcome>(std::unexpected(why));
}

result<outcome> command_flow::execute(
    std::span<received const> what, execute_options const& how, record_keeper kept_by
) {
    journey on{.what = what, .given = how};
    auto answer = guarded(full_name(*what.front().command), [&] { return pass(on, 0, how); });
    // Who sends again what may have had its effect must not hear of middleware that it had none.
    if (kept_by == record_keeper::sender && !on.tried)
        if (auto first = first_answer(full_name(*what.front().command), what.front().body, how))
            answer = *std::move(first);
    for (auto const& one : what) one.known->counts.count(answer);
    if (kept_by == record_keeper::listener) tell(on, answer);
    return answer;
}

void command_flow::end(attempt const& of, result<outcome> const& answer) const {
    count(of, answer);
    auto const is_told = of.kept_by == record_keeper::listener && !(answer && answer->repeated);
    if (on_handled_ && is_told) on_handled_(handled(of, answer, time_.now()));
}

void command_flow::answered(
    std::shared_ptr<attempt> const& of,
    std::shared_ptr<outcome_callback> const& done,
    result<appended> said
) {
    auto answer = settle(tools_, *of, std::move(said));
    if (!answer) return go_on(of, done);
    end(*of, *answer);
    (*done)(*std::move(answer));
}

void command_flow::go_on(
    std::shared_ptr<attempt> const& of, std::shared_ptr<outcome_callback> const& done
) {
    auto proposal = guarded(describe(*of), [&] { return next_proposal(tools_, of); });
    if (!proposal) {
        result<outcome> answer = std::unexpected(std::move(proposal).error());
        end(*of, answer);
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
    received const& what, execute_options const& how, outcome_callback done, record_keeper kept_by
) {
    if (!chain_.empty() || !what.known->advice.empty())
        return done(execute(std::span(&what, 1), how, kept_by));
    auto const of = attempt_of(std::span(&what, 1), std::span(&how, 1), how);
    of->kept_by = kept_by;
    go_on(of, std::make_shared<outcome_callback>(std::move(done)));
}

}  // namespace diptych::write
