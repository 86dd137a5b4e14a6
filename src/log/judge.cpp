// The part of the commit step that decides what becomes of one append.
#include "base/planted_bug.hpp"
#include "log/committer.hpp"
#include "log/conflict.hpp"
#include "log/idempotency.hpp"
#include "log/request_check.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace diptych::log {

namespace {

query as_looked_for(query what) {
    if (is_planted(bug::only_first_item_checked) && what.items.size() > 1) what.items.resize(1);
    if (is_planted(bug::wrong_query_checked))
        for (auto& item : what.items) item.tags.clear();
    return what;
}

}  // namespace

committer::verdict committer::judge(queued& one, frame_builder& frame, staged_view& view) {
    auto known =
        is_planted(bug::answers_forgotten)
            ? result<std::optional<result<appended>>>{}
            : find_first_answer(one.ready, staged_view::unseen(view, one.ready), core_.line);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) return std::move(*known);
    if (one.decide_first && one.again) return decide_again(one, frame, view);
    auto holds = check_condition(one.ready, view);
    if (holds) return accept(one.ready, frame, view);
    if (holds.error().kind == errc::conflict && one.again) return decide_again(one, frame, view);
    return std::unexpected(std::move(holds.error()));
}

result<void> committer::check_condition(prepared const& what, staged_view& view) const {
    for (auto const& [stream, expected] : what.request.expect) {
        if (expected.is_any() || is_planted(bug::no_version_check)) continue;
        DIPTYCH_TRY(auto const actual, view.version_of(stream, what));
        if (expected.allows(actual)) continue;
        std::optional<recorded_event> winner;
        if (auto const exact = expected.exact(); exact && *exact < actual) {
            DIPTYCH_TRY(winner, view.event_of(stream, *exact + 1));
        }
        return std::unexpected(
            version_conflict(stream, expected, actual, winner ? &*winner : nullptr)
        );
    }
    if (is_planted(bug::no_query_check)) return {};
    if (what.beaten) return std::unexpected(*what.beaten);
    if (auto const& unless = what.request.unless) {
        auto after = unless->after.position;
        if (what.has_looked) after = std::max(after, what.looked_to);
        DIPTYCH_TRY(
            auto const winner,
            is_planted(bug::only_first_item_checked) || is_planted(bug::wrong_query_checked)
                ? view.first_match(as_looked_for(unless->what), after)
                : view.first_match(unless->what, after)
        );
        if (winner) return std::unexpected(query_conflict(*winner));
    }
    return {};
}

committer::verdict committer::decide_again(queued& one, frame_builder& frame, staged_view& view) {
    auto fresh = ask_again(one, view);
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    auto const is_other_command = fresh->request.command != one.ready.request.command;
    if (is_other_command || fresh->has_given_ids) {
        auto known = find_first_answer(*fresh, staged_view::unseen(view, *fresh), core_.line);
        if (!known) return std::unexpected(std::move(known.error()));
        if (*known) return std::move(*known);
    }
    auto holds = check_condition(*fresh, view);
    if (!holds) return std::unexpected(std::move(holds.error()));
    return accept(*fresh, frame, view);
}

// Asks the user's code to decide once more, on what is recorded and staged by now.
result<prepared> committer::ask_again(queued& one, staged_view const& view) {
    ++core_.count.redecided;
    auto decided =
        timed(core_.time, core_.count.user_us, [&]() -> result<std::optional<append_request>> {
            try {
                return one.again(view);
            } catch (std::exception const& thrown) {
                return fail(errc::failed, "exception", thrown.what());
            } catch (...) {
                return fail(errc::failed, "exception", "something that is no std::exception");
            }
        });
    if (!decided) return std::unexpected(std::move(decided.error()));
    if (!*decided)
        return fail(
            errc::conflict,
            "cold",
            "what it relied on has changed, and deciding again needs more than is in memory"
        );
    auto& request = **decided;
    if (!request.command) request.command = one.ready.request.command;
    DIPTYCH_TRY(check(request));
    if (request.unless) {
        DIPTYCH_TRY(core_.line.check(request.unless->after, view.end().position));
    }
    auto fresh = prepare(std::move(request), core_.ids);
    fresh.looked_to = one.ready.looked_to;
    fresh.versions = one.ready.versions;
    return fresh;
}

committer::verdict committer::accept(
    prepared const& what, frame_builder& frame, staged_view& view
) {
    if (!frame.has_room_for(what)) return std::nullopt;
    for (auto const& record : what.records)
        if (auto const head = view.version_of(stream_of(record.bytes), what); !head)
            return std::unexpected(head.error());
    auto const events = frame.add(what);
    if (!events.empty() && !views_.empty()) {
        auto applied = timed(core_.time, core_.count.user_us, [&] { return views_.apply(events); });
        if (!applied) {
            frame.drop();
            return std::unexpected(std::move(applied.error()));
        }
        views_.keep();
    }
    return frame.keep(what, core_.line);
}

}  // namespace diptych::log
