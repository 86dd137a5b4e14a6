#include "log/committer.hpp"

#include "base/planted_bug.hpp"
#include "log/frame_walk.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <utility>

namespace diptych::log {

result<void> committer::writable() const {
    auto const lock = std::scoped_lock(mutex_);
    return can_write_;
}

result<void> committer::accepts() const {
    if (views_.is_behind())
        return fail(
            errc::unavailable,
            "view_behind",
            fmt::format("appends wait for inline views: {}", views_.why_behind())
        );
    DIPTYCH_TRY(writable());
    return core_.behind->has_room();
}

group committer::run(group& taken) {
    if (auto const open = accepts(); !open) {
        for (auto& one : taken) one->outcome = std::unexpected(open.error());
        answer(taken);
        return {};
    }
    auto const& bounds = core_.bounds;
    auto const is_full = core_.newest.open_block().size() >= bounds.block_events_max ||
                         core_.newest.open_block().bytes() >= bounds.tail_bytes_max / 8;
    if (is_full) core_.newest.start_block();

    auto const recorded = core_.newest.pin();
    frame_builder::expected_size room;
    for (auto const& one : taken) {
        room.bytes += one->ready.bytes;
        room.events += one->ready.records.size();
    }
    frame_builder frame(
        core_.newest.open_block(), core_.known, recorded->end, core_.time.now(), room
    );
    staged_view view(*core_.behind, core_.line, core_.known, recorded, frame);
    auto next = taken.begin();
    for (; next != taken.end(); ++next) {
        (*next)->outcome = judge(**next, frame, view);
        if (!(*next)->outcome) break;
    }
    group rest(std::make_move_iterator(next), std::make_move_iterator(taken.end()));
    taken.erase(next, taken.end());
    if (auto const built = frame.finish())
        commit(*built, taken);
    else if (!views_.commit(recorded->end))
        core_.hints.call();
    answer(taken);
    return rest;
}

log_end committer::end_behind(frame const& next) const {
    auto end = core_.behind->end();
    end.position = next.last();
    end.chain = next.chain;
    end.recorded_at = next.recorded_at;
    return end;
}

void committer::commit(frame& next, group& judged) {
    auto& engine = *core_.behind;
    if (is_planted(bug::published_before_written)) core_.newest.publish(end_behind(next));
    if (is_planted(bug::index_ahead_of_log))
        (void)core_.behind->merge(core_.newest.open_block().frames());
    if (is_planted(bug::views_before_log)) (void)views_.commit(end_behind(next));
    auto const written = timed(core_.time, core_.count.sync_us, [&] { return engine.write(next); });
    if (!written) return recover(judged, written.error());
    ++core_.count.groups;
    auto const end = engine.end();
    DIPTYCH_ASSERT(end.position == next.last(), "an engine's end is that of the frame it wrote");
    core_.newest.open_block().committed(next.bytes.size());
    if (!is_planted(bug::published_before_written)) core_.newest.publish(end);
    if (!is_planted(bug::views_before_log) && !views_.commit(end))
        for (auto& one : judged)
            if (auto& answer = *one->outcome) answer->view_behind = answer->count > 0;
    core_.hints.call();
}

void committer::reopen_if_stopped() {
    auto const stopped = core_.behind->writable();
    group nobody;
    if (!stopped && writable()) recover(nobody, stopped.error());
}

result<bool> committer::try_again() {
    if (!may_try_again_ || !before_trying_.is_over(core_.time.now())) return false;
    auto const opened = go_on(core_.behind->reopen());
    if (opened) return true;
    if (opened.error().message == told_) return false;
    told_ = opened.error().message;
    return std::unexpected(opened.error());
}

// What was staged is forgotten; what is durable after all is found out.
void committer::recover(group& judged, error const& why) {
    if (!is_planted(bug::inline_not_abandoned)) views_.abandon();
    // A log that was stopped before has written nothing of this, nor has one without room for it.
    auto const is_unwritten = why.kind == errc::unavailable;
    auto const is_stopped = !core_.behind->writable();
    for (auto& one : judged)
        if (!is_planted(bug::verdict_left_standing))
            one->outcome =
                is_unwritten
                    ? fail(errc::unavailable, is_stopped ? "log_failed" : why.code, why.message)
                    : fail(
                          errc::outcome_unknown,
                          "write_failed",
                          "it may or may not be recorded: " + why.message
                      );
    before_trying_.begin_again();
    told_.clear();
    (void)go_on(is_unwritten && !is_stopped ? result<void>{} : core_.behind->reopen());
}

// With what was recorded, if the engine is open again; else nothing is recorded.
result<void> committer::go_on(result<void> opened) {
    auto const before = core_.newest.pin()->end.position;
    if (opened) opened = core_.behind->writable();
    if (opened) opened = reread_open_block();
    // What is missing or damaged does not come back.
    may_try_again_ = !opened && opened.error().kind != errc::corrupt;
    auto can_write = opened;
    if (may_try_again_)
        can_write = fail(
            errc::unavailable,
            "log_failed",
            "nothing is recorded until the log can be opened again: " + opened.error().message
        );
    else if (!opened)
        can_write = fail(
            errc::corrupt,
            "log_damaged",
            "the log is read-only after a failed write: " + opened.error().message
        );
    {
        auto const lock = std::scoped_lock(mutex_);
        can_write_ = std::move(can_write);
    }
    auto const after = core_.newest.pin()->end.position;
    if (!is_planted(bug::heads_kept_after_failure)) core_.known.clear(after);
    if (after != before) views_.fall_behind();
    core_.hints.call();
    return opened;
}

result<void> committer::reread_open_block() {
    auto const before = core_.newest.pin();
    auto const& old = core_.newest.open_block();
    auto const end = core_.behind->end();
    if (end.position < before->end.position)
        return fail(
            errc::corrupt,
            fmt::format(
                "the log ends at position {} after recovery, but {} was durable before",
                end.position.value,
                before->end.position.value
            )
        );
    auto fresh = std::make_shared<block>(old.first(), old.frames_before());
    frame_walk walk(*core_.behind, old.first() - 1);
    for (;;) {
        DIPTYCH_TRY(auto const frames, walk.next());
        if (frames.empty()) break;
        for (auto const& one : frames) fresh->add(one);
    }
    auto const count = old.frames_before() + fresh->frame_count();
    core_.newest.replace_open(std::move(fresh), count, end);
    return {};
}

void committer::answer(group& judged) {
    auto& count = core_.count;
    for (auto& one : judged) {
        auto& outcome = *one->outcome;
        if (outcome) {
            ++(outcome->repeated ? count.repeated : count.appends);
            if (!outcome->repeated) count.events += outcome->count;
        } else if (outcome.error().kind == errc::conflict) {
            ++count.conflicts;
        } else if (outcome.error().kind == errc::refused) {
            ++count.refused;
        } else if (outcome.error().kind == errc::unavailable) {
            ++count.unavailable;
        }
        // A callback that throws must not keep the answers of others back.
        try {
            one->done(std::move(outcome));
        } catch (...) {
            continue;
        }
    }
}

}  // namespace diptych::log
