#include "write/rounds.hpp"

#include "write/asked_states.hpp"
#include "write/client_conflict.hpp"
#include "write/decision_request.hpp"
#include "write/outcome_of.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

token at_position(log::sequenced_log const& log, position at) {
    return {.epoch = log.end().epoch, .position = at};
}

log::proposal direct_proposal(
    round_tools const& tools,
    std::shared_ptr<attempt> of,
    std::shared_ptr<asked_states const> states
) {
    of->is_direct = true;
    auto key = of->key;
    return {
        .request = {.command = std::move(key)},
        .again = decide_again(std::move(of), std::move(states), tools.hot, tools.watch),
        .decide_first = true,
        .done = {}
    };
}

// Whether its only states are fought for: they are at hand in the commit step, and need not be
// loaded to decide on them in vain. Where there are several parameters, keys may come from states.
result<bool> is_fought_for(round_tools const& tools, attempt const& of) {
    auto const asks = [](model::parameter const& one) { return one.of != nullptr; };
    auto const& parameters = of.command->parameters;
    auto const first = std::ranges::find_if(parameters, asks);
    if (of.rounds > 0 || of.options.if_match || std::ranges::count_if(parameters, asks) != 1)
        return false;
    std::vector<std::vector<model::erased_const>> const earlier(
        static_cast<std::size_t>(first - parameters.begin())
    );
    DIPTYCH_TRY(auto const keys, guarded("the ids of " + first->text, [&] {
                    return first->keys(of.value.get(), earlier);
                }));
    return !keys.empty() && std::ranges::all_of(keys, [&](model::state_key const& key) {
        return !key.fresh && tools.hot.take_heat(key);
    });
}

result<log::proposal> decided_proposal(round_tools const& tools, std::shared_ptr<attempt> of) {
    auto const& options = of->options;
    DIPTYCH_TRY(auto const is_hot, is_fought_for(tools, *of));
    if (is_hot)
        return direct_proposal(tools, std::move(of), std::make_shared<asked_states const>());
    of->is_direct = false;
    if (options.if_match) {
        DIPTYCH_TRY(tools.log.check(*options.if_match));
    }
    DIPTYCH_TRY(
        auto loaded,
        load_states(tools.loader, *of->command, of->value.get(), tools.log.end().position)
    );
    auto const states = std::make_shared<asked_states const>(std::move(loaded));
    auto const last_round = of->rounds + 1 >= tools.rounds_max;
    if (!options.if_match && (options.mode == concurrency::pessimistic || last_round))
        return direct_proposal(tools, std::move(of), states);
    std::optional<unless_recorded> condition;
    of->looked_at = what_they_look_at(*states);
    if (of->looked_at)
        condition = {
            .what = *of->looked_at,
            .after = options.if_match ? *options.if_match : at_position(tools.log, states->at)
        };
    DIPTYCH_TRY(auto said, decide(*of, states->values));
    DIPTYCH_TRY(auto request, request_of(*of, std::move(said), *states, std::move(condition)));
    log::proposal proposal{.request = std::move(request), .done = {}};
    if (!options.if_match) proposal.again = decide_again(of, states, tools.hot, tools.watch);
    return proposal;
}

// Answered without asking any states; still recorded under the command's id.
log::proposal settled_proposal(attempt& of) {
    auto const& said = *of.settled;
    of.last = {
        .is = outcome::kind::refused, .reason = said.reason, .detail = said.detail, .events = {}
    };
    return {
        .request = {.command = of.key, .answer = recorded_answer(said)}, .again = {}, .done = {}
    };
}

bool may_be_refused_by_view(attempt const& of, error const& what) {
    return what.kind == errc::refused && !of.settled;
}

}  // namespace

log::proposal first_answer_or(error otherwise, attempt const& of) {
    return {
        .request = {.command = of.key},
        .again = [otherwise = std::move(otherwise)](log::stage const&)
            -> result<std::optional<append_request>> { return std::unexpected(otherwise); },
        .decide_first = true,
        .done = {}
    };
}

result<log::proposal> next_proposal(round_tools const& tools, std::shared_ptr<attempt> of) {
    if (of->settled) return settled_proposal(*of);
    auto proposal = decided_proposal(tools, of);
    if (!proposal && of->key) return first_answer_or(std::move(proposal).error(), *of);
    return proposal;
}

std::optional<result<outcome>> settle(
    round_tools const& tools, attempt& of, result<appended> said
) {
    if (said) return outcome_of(tools.log, of, *std::move(said));
    auto& what = said.error();
    if (may_be_refused_by_view(of, what)) {
        of.settled = model::decided{
            .refused = true, .reason = std::move(what.code), .detail = std::move(what.message)
        };
        if (of.key) return std::nullopt;  // one more, to record it
        return refused_outright(tools.log, *of.settled);
    }
    if (what.kind != errc::conflict) return result<outcome>(std::unexpected(std::move(what)));
    if (of.options.if_match && what.code != "cold")
        return result<outcome>(std::unexpected(client_conflict(tools.log, of, what)));
    ++of.rounds;
    ++of.counts->cold_rounds;
    if (of.rounds < tools.rounds_max) return std::nullopt;
    return result<outcome>(fail(
        errc::unavailable,
        "contention",
        full_name(*of.command) + " could not be decided in " + std::to_string(of.rounds) +
            " rounds: what it looks at changes too fast to be read"
    ));
}

}  // namespace diptych::write
