#include "read/projector.hpp"

#include "read/misfit.hpp"
#include "read/parking.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <utility>
#include <vector>

namespace diptych::read {

namespace {

// Read at once: little enough that its memory is used again and again.
constexpr std::size_t piece_bytes = 512u << 10;

struct run {
    checkpoint reached;
    std::size_t bytes = 0;
    bool more = false;
    std::optional<error> failure = {};  // on the event behind `reached`
};

using piece = std::vector<log::frame_ptr>;

// The next frames with events behind `at`; none at the end.
result<piece> read_piece(log::sequenced_log const& from, position at) {
    DIPTYCH_TRY(auto frames, from.frames(at + 1, piece_bytes));
    if (!frames.empty() && frames.back()->last() <= at) frames.clear();
    return frames;
}

class batch_run {
public:
    batch_run(
        view_database& into,
        projection& with,
        log::sequenced_log const& from,
        clock& time,
        batch_limits const& limits
    )
        : into_(into),
          with_(with),
          from_(from),
          time_(time),
          limits_(limits),
          parked_(into, with, from, time, limits.parked_max) {}

    // Applies `next` and what follows up to `last`, inside the open transaction.
    result<run> apply(piece next, position last) {
        run done{.reached = into_.at()};
        DIPTYCH_TRY(parked_.begin());
        auto const deadline = time_.now() + limits_.time_max;
        while (!next.empty()) {
            DIPTYCH_TRY(done, apply_piece(next, last, deadline, std::move(done)));
            if (done.more || done.failure) break;
            DIPTYCH_TRY(next, read_piece(from_, done.reached.at.position));
        }
        return done;
    }

private:
    bool is_full(run const& done, timestamp deadline) const {
        auto const begin = into_.at().at.position;
        auto const here = done.reached.at.position;
        return here.value - begin.value >= limits_.events_max || done.bytes >= limits_.bytes_max ||
               (begin < here && time_.now() >= deadline);
    }

    result<run> apply_piece(piece const& frames, position last, timestamp deadline, run done) {
        for (auto const& frame : frames) {
            if (is_full(done, deadline)) {
                done.more = true;
                break;
            }
            for (auto const& event : frame->events) {
                if (event.position <= done.reached.at.position) continue;
                if (event.position > last) return ended_before(std::move(done), last);
                DIPTYCH_ASSERT(
                    event.position == done.reached.at.position + 1,
                    "a batch goes on exactly behind its checkpoint"
                );
                if (auto applied = one(event); !applied) {
                    done.failure = stopping(event, std::move(applied).error());
                    return done;
                }
                done.reached.at = {.epoch = event.epoch, .position = event.position};
            }
            if (frame->last() == done.reached.at.position && frame->event_count > 0)
                done.reached.chain = frame->chain;
            done.bytes += frame->bytes.size();
        }
        return done;
    }

    result<run> ended_before(run done, position last) {
        DIPTYCH_TRY(done.reached.chain, from_.chain_at(last));
        done.more = true;
        return done;
    }

    result<void> one(recorded_event const& event) {
        if (!with_.wants(event.type)) return {};
        if (parked_.has_any()) {
            DIPTYCH_TRY(auto const waits, parked_.park_if_behind(event));
            if (waits) return {};
        }
        return with_.apply(event);
    }

    view_database& into_;
    projection& with_;
    log::sequenced_log const& from_;
    clock& time_;
    batch_limits const& limits_;
    parking parked_;
};

}  // namespace

result<batch> project_batch(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    batch_limits const& limits
) {
    auto const begin = into.at().at.position;
    DIPTYCH_TRY(auto const frames, read_piece(from, begin));
    if (frames.empty()) return batch{};

    batch_run work{into, with, from, time, limits};
    DIPTYCH_TRY(into.begin());
    auto done = work.apply(frames, limits.last);
    std::optional<error> poison;
    if (done && done->failure) {
        into.roll_back();
        auto const good = done->reached.at.position;
        poison = std::move(done->failure);
        if (is_fault_of_machine(*poison)) return std::unexpected(*std::move(poison));
        if (good == begin) return batch{.more = true, .poison = std::move(poison)};
        DIPTYCH_TRY(into.begin());
        done = work.apply(frames, good);
        // What went well the first time: no event's fault. SQLite may have rolled back by itself.
        if (done && done->failure) {
            into.roll_back();
            return std::unexpected(*std::move(done->failure));
        }
        // Out of time before it came to that event again: another batch will tell.
        if (done && done->reached.at.position != good) poison.reset();
    }
    if (!done) {
        into.roll_back();
        return std::unexpected(std::move(done).error());
    }
    if (done->reached.at.position == begin) {
        into.roll_back();
        return batch{.more = true};
    }
    DIPTYCH_TRY(into.commit(done->reached));
    auto const end = done->reached.at.position;
    return batch{
        .events = static_cast<std::size_t>(end.value - begin.value),
        .more = done->more || poison || end < from.durable_end().position,
        .poison = std::move(poison),
    };
}

}  // namespace diptych::read
