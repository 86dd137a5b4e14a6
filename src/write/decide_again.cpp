#include "write/decide_again.hpp"

#include "write/decision_request.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

result<std::optional<append_request>> decide_on(
    log::stage const& stage, attempt& of, asked_states const& base, hot_states& hot
) {
    auto const evolved = [&](model::state_key const& key, std::size_t parameter, std::size_t i) {
        std::optional<folded_state> known;
        if (auto value = base.find(parameter, i, key); value != nullptr)
            known = {.value = std::move(value), .at = base.at};
        return hot.at_end(stage, key, std::move(known));
    };
    DIPTYCH_TRY(auto const states, ask(*of.command, of.value.get(), evolved));
    if (!states) return std::optional<append_request>{};
    ++of.counts->redecided;
    if (!of.is_direct)
        for (auto const& keys : states->keys)
            for (auto const& key : keys)
                if (!key.fresh) hot.heat(key);
    DIPTYCH_TRY(auto said, decide(of, states->values));
    DIPTYCH_TRY(auto request, request_of(of, std::move(said), *states, std::nullopt));
    return std::optional(std::move(request));
}

void note_time(attempt const& of, watchdog const& watch, std::chrono::microseconds took) {
    of.counts->commit_user_us +=
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count()));
    if (took < watch.slow) return;
    ++of.counts->slow_decisions;
    if (watch.on_slow) watch.on_slow(full_name(*of.command), took);
}

}  // namespace

log::redecide decide_again(
    std::shared_ptr<attempt> of,
    std::shared_ptr<asked_states const> base,
    hot_states& hot,
    watchdog const& watch
) {
    return [of = std::move(of), base = std::move(base), &hot, &watch](log::stage const& stage) {
        auto const begun = watch.time->now();
        auto request = decide_on(stage, *of, *base, hot);
        note_time(*of, watch, watch.time->now() - begun);
        return request;
    };
}

}  // namespace diptych::write
