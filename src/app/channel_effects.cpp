#include "app/channel_effects.hpp"

#include "write/trying_again.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::app {

namespace {

intake::settled settled_of(outcome const& said) {
    if (!said.accepted())
        return {
            .what = intake::verdict::refused,
            .why = said.reason + ": " + said.detail,
            .token = to_string(said.at)
        };
    return {
        .what = said.repeated ? intake::verdict::repeated : intake::verdict::done,
        .token = to_string(said.at)
    };
}

intake::settled settled_of(inbox::answer const& said) {
    using inbox::verdict;
    auto const what = said.verdict == verdict::recorded ? intake::verdict::done
                      : said.verdict == verdict::held   ? intake::verdict::held
                                                        : intake::verdict::repeated;
    return {.what = what, .why = said.why, .token = to_string(said.at)};
}

}  // namespace

error put_off(error why) {
    if (why.kind != errc::outcome_unknown && write::passes_by_itself(why))
        why.kind = errc::unavailable;
    return why;
}

result<void> channel_effects::check(intake::rule const& of) const {
    if (of.to == intake::rule::target::command) {
        DIPTYCH_TRY(commands_.find(of.name));
    } else {
        DIPTYCH_TRY(sources_.find(of.name));
    }
    return {};
}

void channel_effects::carry_out(intake::asked what, intake::verdict_taker done) {
    if (what.to == intake::rule::target::command)
        execute(what, std::move(done));
    else
        record(what, std::move(done));
}

void channel_effects::execute(intake::asked const& what, intake::verdict_taker done) {
    commands_.execute_async(
        what.name,
        what.body,
        {.command_id = what.message_id,
         .caller = "channel:" + what.channel,
         .correlation_id = what.correlation_id,
         .causation_id = what.message_id,
         .traceparent = what.traceparent},
        [done = std::move(done)](result<outcome> said) mutable {
            if (said)
                done(settled_of(*said));
            else
                done(std::unexpected(put_off(std::move(said).error())));
        }
    );
}

void channel_effects::record(intake::asked const& what, intake::verdict_taker done) {
    auto const source = sources_.find(what.name);
    if (!source) return done(std::unexpected(source.error()));
    auto parcel = inbox::parse_parcel(
        (*source)->of(), what.body, sources_.is_declared(), what.correlation_id
    );
    if (!parcel) return done(std::unexpected(parcel.error()));
    (*source)->receive(
        std::move(parcel->messages),
        [done = std::move(done)](std::vector<result<inbox::answer>> said) mutable {
            if (said[0])
                done(settled_of(*said[0]));
            else
                done(std::unexpected(put_off(said[0].error())));
        }
    );
}

}  // namespace diptych::app
