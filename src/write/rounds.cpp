#include "write/rounds.hpp"

#include "log/known_answer.hpp"
#include "write/client_conflict.hpp"
#include "write/decision_request.hpp"
#include "write/outcome_of.hpp"
#include "write/unit_loading.hpp"
#include "write/user_code.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace diptych::write {

namespace {

token at_position(log::sequenced_log const& log, position at) {
    return {.epoch = log.end().epoch, .position = at};
}

log::proposal direct_proposal(
    round_tools const& tools, std::shared_ptr<attempt> of, std::shared_ptr<unit const> states
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

// The keys of the only states that a command asks for, if there are any; nullopt: not known before
// it is decided. Where there are several parameters, keys may come from states.
result<std::optional<std::vector<model::state_key>>> plain_keys(part const& of) {
    using keys = std::vector<model::state_key>;
    auto const asks = [](model::parameter const& one) { return one.of != nullptr; };
    auto const& parameters = of.command->parameters;
    auto const first = std::ranges::find_if(parameters, asks);
    if (first == parameters.end()) return std::optional(keys{});
    if (std::ranges::count_if(parameters, asks) != 1) return std::optional<keys>{};
    asked_states const earlier(static_cast<std::size_t>(first - parameters.begin()));
    DIPTYCH_TRY(auto found, guarded("the ids of " + first->text, [&] {
                    return first->keys(of.value.get(), earlier);
                }));
    if (found.empty()) return std::optional<keys>{};
    return std::optional(std::move(found));
}

// Whether all its states are fought for: they are at hand in the commit step, and need not be
// loaded to decide on them in vain.
result<bool> is_fought_for(round_tools const& tools, attempt const& of) {
    if (of.rounds > 0 || of.options.if_match) return false;
    auto any = false;
    for (auto const& part : of.parts) {
        DIPTYCH_TRY(auto const keys, plain_keys(part));
        if (!keys || !std::ranges::all_of(*keys, [&](model::state_key const& key) {
                return !key.fresh && tools.hot.take_heat(key);
            }))
            return false;
        any = any || !keys->empty();
    }
    return any;
}

// A unit that went back may ask for other states than it seemed: it is decided beforehand then.
result<log::proposal> loaded_proposal(round_tools const& tools, std::shared_ptr<attempt> of) {
    auto const what = of->rounds == 0 ? deciding::nothing : deciding::beforehand;
    DIPTYCH_TRY(auto states, load_unit(tools.loader, *of, tools.log.end().position, what));
    return direct_proposal(tools, std::move(of), std::make_shared<unit const>(std::move(states)));
}

result<log::proposal> decided_proposal(round_tools const& tools, std::shared_ptr<attempt> of) {
    auto const& options = of->options;
    DIPTYCH_TRY(auto const is_hot, is_fought_for(tools, *of));
    if (is_hot) return direct_proposal(tools, std::move(of), std::make_shared<unit const>());
    of->is_direct = false;
    if (options.if_match) {
        DIPTYCH_TRY(tools.log.check(*options.if_match));
    }
    auto const last_round = of->rounds + 1 >= tools.rounds_max;
    if (!options.if_match && (options.mode == concurrency::pessimistic || last_round))
        return loaded_proposal(tools, std::move(of));
    DIPTYCH_TRY(auto loaded, load_unit(tools.loader, *of, tools.log.end().position));
    auto const decided = std::make_shared<unit>(std::move(loaded));
    std::optional<unless_recorded> condition;
    of->looked_at = what_it_looks_at(*decided);
    if (of->looked_at)
        condition = {
            .what = *of->looked_at,
            .after = options.if_match ? *options.if_match : at_position(tools.log, decided->at)
        };
    DIPTYCH_TRY(auto request, request_of(*of, *decided, std::move(condition)));
    log::proposal proposal{.request = std::move(request), .done = {}};
    if (!options.if_match) proposal.again = decide_again(of, decided, tools.hot, tools.watch);
    return proposal;
}

// Answered without asking any states; still recorded under the command's id.
log::proposal settled_proposal(attempt& of) {
    of.last = *of.settled;
    return {
        .request = {.command = of.key, .answer = recorded_answer(of.last)}, .again = {}, .done = {}
    };
}

bool may_be_refused_by_view(attempt const& of, error const& what) {
    return what.kind == errc::refused && !of.settled;
}

// Why it is too late for the unit, if it is.
std::optional<error> expiry_of(attempt const& of) {
    if (!of.options.expires || of.now < *of.options.expires) return std::nullopt;
    auto why = describe(of) + " was to be carried out before ";
    append_iso8601(why, *of.options.expires);
    why += "; it is ";
    append_iso8601(why, of.now);
    return error{errc::invalid, "expired", std::move(why)};
}

}  // namespace

result<log::proposal> next_proposal(round_tools const& tools, std::shared_ptr<attempt> const& of) {
    if (of->settled) return settled_proposal(*of);
    if (auto const late = expiry_of(*of)) {
        if (of->key) return log::known_answer_or(*of->key, *late);
        return std::unexpected(*late);
    }
    auto proposal = decided_proposal(tools, of);
    if (!proposal && of->key) return log::known_answer_or(*of->key, std::move(proposal).error());
    return proposal;
}

std::optional<result<outcome>> settle(
    round_tools const& tools, attempt& of, result<appended> said
) {
    if (said) return outcome_of(tools.log, of, *std::move(said));
    auto& what = said.error();
    if (may_be_refused_by_view(of, what)) {
        // Of the whole: a view does not say which event it is about.
        of.settled = outcome{
            .is = outcome::kind::refused,
            .reason = std::move(what.code),
            .detail = std::move(what.message)
        };
        if (of.key) return std::nullopt;  // one more, to record it
        return refused_outright(tools.log, *of.settled);
    }
    if (what.kind != errc::conflict) return result<outcome>(std::unexpected(std::move(what)));
    if (of.options.if_match && what.code != "cold")
        return result<outcome>(std::unexpected(client_conflict(tools.log, of, what)));
    ++of.rounds;
    for (auto const& part : of.parts) ++part.counts->cold_rounds;
    if (of.rounds < tools.rounds_max) return std::nullopt;
    return result<outcome>(fail(
        errc::unavailable,
        "contention",
        describe(of) + " could not be decided in " + std::to_string(of.rounds) +
            " rounds: what it looks at changes too fast to be read"
    ));
}

}  // namespace diptych::write
