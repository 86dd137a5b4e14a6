#include "log/indexer.hpp"

#include "base/planted_bug.hpp"
#include "log/frame_walk.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

namespace {

result<void> merge_all(
    engine& into, std::function<void(position done, position end)> const& progress
) {
    auto const end = into.end().position;
    frame_walk walk(into, into.merged_to());
    for (;;) {
        DIPTYCH_TRY(auto const frames, walk.next());
        if (frames.empty()) return walk.check_reached(end);
        DIPTYCH_TRY(into.merge(frames));
        if (progress) progress(walk.last(), end);
    }
}

// Whether what the index lacks is not too much for the tail.
result<bool> fits_tail(engine const& of, limits const& bounds) {
    if (of.end().position.value - of.merged_to().value > bounds.tail_events_max) return false;
    std::size_t bytes = 0;
    frame_walk walk(of, of.merged_to());
    for (;;) {
        DIPTYCH_TRY(auto const frames, walk.next());
        if (frames.empty()) return true;
        for (auto const& one : frames) bytes += one->bytes.size();
        if (bytes > bounds.tail_bytes_max) return false;
    }
}

}  // namespace

bool waits_for_room(engine const& of, error const& why) {
    return why.kind == errc::unavailable && why.code == "disk_full" && !of.has_room();
}

result<bool> merge_at_open(
    engine& into,
    limits const& bounds,
    std::function<void(position done, position end)> const& progress
) {
    auto merged = merge_all(into, progress);
    if (merged) return true;
    if (waits_for_room(into, merged.error())) {
        DIPTYCH_TRY(auto const fits, fits_tail(into, bounds));
        if (fits) return false;
    }
    return std::unexpected(std::move(merged).error());
}

namespace {

bool is_too_long(tail_view const& tail, limits const& bounds) {
    return tail.events() >= bounds.tail_events_max || tail.bytes() >= bounds.tail_bytes_max;
}

void drop_excess(log_core& core) {
    for (auto tail = core.newest.pin(); tail->blocks.size() > 1 && is_too_long(*tail, core.bounds);
         tail = core.newest.pin())
        core.newest.drop(1);
}

}  // namespace

result<log_end> where_tail_begins(engine const& of, limits const& bounds) {
    DIPTYCH_TRY(auto const snapshot, of.index());
    auto begin = of.end();
    auto const end = begin.position;
    begin.position = std::min(end, snapshot->last());
    // A reader that finds no index does not read all of a long log for what it can not hold.
    if (!of.writable() && end.value - begin.position.value > bounds.tail_events_max) {
        DIPTYCH_TRY(auto const there, of.frames(end - bounds.tail_events_max, 1));
        if (!there.empty()) begin.position = there.front()->last();
    }
    return begin;
}

result<void> extend_tail(log_core& core, bool is_bounded) {
    auto end = core.behind->end();
    auto const target = end;
    frame_walk walk(*core.behind, core.newest.pin()->end.position);
    for (;;) {
        DIPTYCH_TRY(auto const frames, walk.next());
        for (auto const& one : frames) {
            // A writer beside us goes on; what is beyond its watermark of a moment ago can wait.
            if (one->last() > target.position) break;
            auto const& open = core.newest.open_block();
            if (open.size() >= core.bounds.block_events_max ||
                open.bytes() >= core.bounds.tail_bytes_max / 8)
                core.newest.start_block();
            core.newest.open_block().add(one);
            end.position = one->last();
            core.newest.publish(end);
        }
        if (is_bounded) drop_excess(core);
        if (frames.empty() || walk.last() >= target.position) break;
    }
    DIPTYCH_TRY(walk.check_reached(target.position));
    core.newest.set_end(target);
    return {};
}

result<void> drop_merged(log_core& core) {
    auto const tail = core.newest.pin();
    DIPTYCH_TRY(auto const snapshot, core.behind->index());
    std::size_t merged = 0;
    while (merged + 1 < tail->blocks.size() && tail->last_of(merged) <= snapshot->last()) ++merged;
    if (merged > 0) core.newest.drop(merged);
    return {};
}

bool indexer::is_behind() const {
    if (!core_.behind->is_indexed()) return false;
    return is_too_long(*core_.newest.pin(), core_.bounds);
}

bool indexer::wants_seal() const {
    auto const tail = core_.newest.pin();
    auto const& open = *tail->blocks.back();
    if (tail->frames == open.frames_before()) return false;
    auto const events = tail->end.position.value + 1 - open.first().value;
    return events >= core_.bounds.block_events_max || is_behind() ||
           core_.time.now() - tail->end.recorded_at >= core_.bounds.block_idle_max;
}

result<bool> indexer::take_oldest() {
    auto done = merge_oldest();
    is_failing_ = !done;
    return done;
}

result<bool> indexer::merge_oldest() {
    auto const tail = core_.newest.pin();
    if (tail->blocks.size() < 2) return false;
    if (is_planted(bug::dropped_before_merge)) {
        core_.newest.drop(1);
        DIPTYCH_TRY(core_.behind->merge(tail->blocks.front()->frames()));
        return true;
    }
    auto const merged = core_.behind->merge(tail->blocks.front()->frames());
    if (!merged && !is_planted(bug::index_ahead_of_log)) return std::unexpected(merged.error());
    core_.newest.drop(1);
    return tail->blocks.size() > 2;
}

result<bool> indexer::step() {
    auto more = false;
    if (core_.behind->is_indexed()) {
        if (wants_seal()) {
            queue_.enter();
            // After a failed write, the open block may hold what was never recorded.
            if (wants_seal() && commits_.writable()) core_.newest.start_block();
            queue_.leave();
        }
        DIPTYCH_TRY(more, take_oldest());
        queue_.wake();  // who waits because the tail was too long
    }
    DIPTYCH_TRY(auto const more_keeping, core_.behind->maintain(core_.time.now()));
    return more || more_keeping;
}

result<void> indexer::finish() {
    if (!core_.behind->is_indexed()) return {};
    auto const tail = core_.newest.pin();
    if (tail->frames > tail->blocks.back()->frames_before()) core_.newest.start_block();
    for (auto more = true; more;) {
        DIPTYCH_TRY(more, merge_oldest());
    }
    return {};
}

}  // namespace diptych::log
