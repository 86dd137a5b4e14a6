#include "write/decide_again.hpp"

#include "write/decision_request.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

result<std::optional<append_request>> decide_on(
    log::stage const& stage, attempt& of, unit const& base, hot_states& hot
) {
    auto const evolved = [&](model::state_key const& key) {
        std::optional<folded_state> known;
        if (auto value = base.recorded(key); value != nullptr)
            known = {.value = std::move(value), .at = base.at};
        return hot.at_end(stage, key, std::move(known));
    };
    DIPTYCH_TRY(auto decided, decide_unit(of, evolved));
    if (!decided) return std::optional<append_request>{};
    for (auto const& part : of.parts) ++part.counts->redecided;
    if (!of.is_direct)
        for (auto const& state : decided->states) hot.heat(state.key);
    DIPTYCH_TRY(auto request, request_of(of, *decided, std::nullopt));
    return std::optional(std::move(request));
}

void note_time(attempt const& of, watchdog const& watch, std::chrono::microseconds took) {
    auto& counts = *of.parts.front().counts;  // of several, time is the first one's
    counts.commit_user_us += static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count()));
    if (took < watch.slow) return;
    ++counts.slow_decisions;
    if (watch.on_slow) watch.on_slow(describe(of), took);
}

}  // namespace

log::redecide decide_again(
    std::shared_ptr<attempt> of,
    std::shared_ptr<unit const> base,
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
