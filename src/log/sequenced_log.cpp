#include "log/sequenced_log.hpp"

#include "log/committer.hpp"
#include "log/gate.hpp"
#include "log/indexer.hpp"
#include "log/log_core.hpp"
#include "log/proposal_queue.hpp"
#include "log/request_check.hpp"
#include "log/verify.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace diptych::log {

namespace {

result<void> closed() { return fail(errc::unavailable, "closed", "the log is closed"); }

class passive_log final : public sequenced_log {
public:
    explicit passive_log(std::unique_ptr<log_core> core) : core_(std::move(core)) {}

    ~passive_log() override {
        for (auto& one : queue_.close()) one->done(std::unexpected(closed().error()));
    }

    void append(append_request request, std::move_only_function<void(result<appended>)> done)
        override {
        propose({.request = std::move(request), .done = std::move(done)});
    }

    void propose(proposal what) override { enqueue(std::move(what), nullptr); }
    result<appended> propose_and_wait(proposal what) override;
    bool commit_step() override;
    void on_work(std::function<void()> wake) override { queue_.on_work(std::move(wake)); }
    result<bool> index_step() override;

    result<void> attach(std::shared_ptr<inline_view> view, position at) override;
    void expect(std::string_view name, std::string_view why) override;
    void detach(std::string_view name) override;
    std::vector<std::string> detached_views() const override { return step_.views().behind(); }

    result<bool> refresh() override;
    result<void> close() override;

    result<page> read(read_options const& options) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->read().read(options);
    }
    result<page> read_stream(std::string_view stream, stream_options const& options)
        const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->read().read_stream(stream, options);
    }
    result<version> stream_version(std::string_view stream) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->read().stream_version(stream);
    }
    result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->read().frames(from, bytes_max);
    }
    result<std::size_t> visit(query const& what, stretch const& of, event_visitor const& visit)
        const override;
    token end() const override { return core_->read().end(); }
    result<void> check(token const& point) const override {
        return core_->line.check(point, durable_end().position);
    }
    result<position> position_at(timestamp when) const override {
        DIPTYCH_TRY(auto const inside, enter());
        auto const end = durable_end().position;
        DIPTYCH_TRY(auto const at, core_->behind->position_at(when));
        return std::min(at, end);
    }
    hint_registration on_more(std::function<void()> hint) override {
        return core_->hints.add(std::move(hint));
    }

    result<verification> verify(std::function<void(position done, position end)> const& progress
    ) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return log::verify(*core_->behind, core_->line, progress);
    }
    log_end durable_end() const override { return core_->newest.pin()->end; }
    result<hash256> chain_at(position at) const override {
        DIPTYCH_TRY(auto const inside, enter());
        if (auto const end = durable_end().position; at > end)
            return fail(
                errc::invalid,
                "future_position",
                fmt::format("position {} lies beyond the end, {}", at.value, end.value)
            );
        return core_->behind->chain_at(at);
    }
    result<stored_piece> stored(stored_place const& from, std::size_t bytes_max) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->behind->stored(from, bytes_max);
    }
    result<void> writable() const override {
        DIPTYCH_TRY(auto const inside, enter());
        DIPTYCH_TRY(step_.writable());
        DIPTYCH_TRY(core_->behind->has_room());
        return check_index();
    }
    void ran_out(error const& why) override { core_->behind->ran_out(why); }
    log_statistics statistics() const override;

    result<void> save_state(std::string_view name, std::string_view bytes) override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->behind->save_state(name, bytes);
    }
    result<std::optional<std::string>> load_state(std::string_view name) const override {
        DIPTYCH_TRY(auto const inside, enter());
        return core_->behind->load_state(name);
    }

private:
    result<appended> append_and_wait(append_request request) override {
        return propose_and_wait({.request = std::move(request), .done = {}});
    }

    result<void> check_open() const { return gate_.is_closed() ? closed() : result<void>{}; }
    result<gate::pass> enter() const {
        auto inside = gate_.enter();
        if (!inside) return std::unexpected(closed().error());
        return inside;
    }
    result<void> check_index() const;
    void enqueue(proposal what, waiter* blocked);
    bool make_room();
    result<bool> try_again();
    result<prepared> prepare_on_this_thread(append_request request) const;

    std::unique_ptr<log_core> core_;
    committer step_{*core_};
    proposal_queue queue_{
        {.queue_max = core_->bounds.queue_max,
         .group_max = core_->bounds.group_max,
         .group_bytes_max = core_->bounds.group_bytes_max}
    };
    indexer indexer_{*core_, step_, queue_};
    std::mutex indexing_;  // held by the one index step, and by close()
    gate gate_;  // those who use the engine are inside, or lead the queue, or hold indexing_
};

// Waiting is for an index that lags, not for one that can not go on.
result<void> passive_log::check_index() const {
    if (!indexer_.is_failing() || !indexer_.is_behind()) return {};
    return fail(
        errc::unavailable,
        "index_behind",
        fmt::format(
            "{} events wait for the index, which can not be written", core_->newest.pin()->events()
        )
    );
}

result<prepared> passive_log::prepare_on_this_thread(append_request request) const {
    DIPTYCH_TRY(auto const inside, enter());
    DIPTYCH_TRY(log::check(request));
    if (request.unless) {
        DIPTYCH_TRY(check(request.unless->after));
    }
    DIPTYCH_TRY(step_.accepts());
    DIPTYCH_TRY(check_index());
    auto ready = log::prepare(std::move(request), core_->ids);
    if (needs_look(ready, core_->known)) {
        DIPTYCH_TRY(look_ahead(ready, core_->read(), core_->line, core_->known));
    }
    return ready;
}

void passive_log::enqueue(proposal what, waiter* blocked) {
    auto ready = prepare_on_this_thread(std::move(what.request));
    if (!ready) {
        if (ready.error().kind == errc::unavailable) ++core_->count.unavailable;
        return what.done(std::unexpected(std::move(ready.error())));
    }
    if (ready->first_answer) {
        if (*ready->first_answer) ++core_->count.repeated;
        return what.done(*std::move(ready->first_answer));
    }
    if (ready->beaten && !what.again) {
        ++core_->count.conflicts;
        return what.done(std::unexpected(*std::move(ready->beaten)));
    }
    auto one = std::make_unique<queued>(queued{
        .ready = *std::move(ready),
        .again = std::move(what.again),
        .decide_first = what.decide_first,
        .done = std::move(what.done),
        .blocked = blocked,
    });
    auto const entered = queue_.push(one);
    if (entered) return;
    ++core_->count.unavailable;
    one->done(std::unexpected(entered.error()));
}

result<appended> passive_log::propose_and_wait(proposal what) {
    auto const mine = std::make_shared<waiter>();
    what.done = [mine](result<appended> answer) { mine->answer(std::move(answer)); };
    enqueue(std::move(what), mine.get());
    while (!mine->is_answered())
        if (!commit_step() && !make_room()) mine->wait();
    return mine->take_answer();
}

// Without a runtime nobody else takes the tail into the index. Whether there is room now.
bool passive_log::make_room() {
    if (queue_.has_worker() || !indexer_.is_behind()) return false;
    for (auto more = true; more && indexer_.is_behind();) more = index_step().value_or(false);
    return !indexer_.is_behind();
}

bool passive_log::commit_step() {
    auto const inside = gate_.enter();
    if (!inside) return false;
    if (indexer_.is_behind() && step_.writable()) return false;
    auto taken = queue_.begin_group();
    if (taken.empty()) return false;
    auto rest = timed(core_->time, core_->count.commit_us, [&] { return step_.run(taken); });
    if (!rest.empty()) queue_.put_back(std::move(rest));
    queue_.leave(std::move(taken));
    return true;
}

result<bool> passive_log::try_again() {
    queue_.enter();
    auto const is_open = check_open();
    auto resumed = is_open ? step_.try_again() : result<bool>(std::unexpect, is_open.error());
    queue_.leave();
    return resumed;
}

result<bool> passive_log::index_step() {
    DIPTYCH_TRY(check_open());
    if (!step_.writable()) return try_again();
    auto const more = [&]() -> result<bool> {
        auto const lock = std::scoped_lock(indexing_);
        DIPTYCH_TRY(check_open());
        auto stepped = indexer_.step();
        if (stepped) return stepped;
        // Housekeeping writes to the log's files, too, and stops the log where that fails.
        queue_.enter();
        step_.reopen_if_stopped();
        queue_.leave();
        return stepped;
    }();
    if (auto const goes_on = check_index(); !goes_on)
        for (auto& one : queue_.take_all()) {
            ++core_->count.unavailable;
            one->done(std::unexpected(goes_on.error()));
        }
    return more;
}

result<void> passive_log::attach(std::shared_ptr<inline_view> view, position at) {
    DIPTYCH_TRY(check_open());
    queue_.enter();
    auto const end = durable_end().position;
    if (at == end) step_.views().attach(std::move(view));
    queue_.leave();
    if (at == end) return {};
    return fail(
        errc::conflict,
        "log_moved_on",
        fmt::format("the view is at position {} and the log at {}", at.value, end.value)
    );
}

void passive_log::expect(std::string_view name, std::string_view why) {
    queue_.enter();
    step_.views().expect(name, why);
    queue_.leave();
}

void passive_log::detach(std::string_view name) {
    queue_.enter();
    step_.views().detach(name);
    queue_.leave();
}

result<bool> passive_log::refresh() {
    DIPTYCH_TRY(check_open());
    // One that writes knows how far it is, also when it is stopped.
    if (auto const open = step_.writable(); open || open.error().kind != errc::denied) return false;
    queue_.enter();
    auto const is_open = check_open();
    auto const is_more = is_open && core_->behind->end().position > durable_end().position;
    auto done = is_more ? extend_tail(*core_, true) : is_open;
    if (done) done = drop_merged(*core_);
    queue_.leave();
    DIPTYCH_TRY(done);
    if (is_more) core_->hints.call();
    return is_more;
}

result<void> passive_log::close() {
    auto lock = std::unique_lock(indexing_);
    queue_.enter();
    auto waiting = queue_.close();
    auto const was_closed = gate_.close();
    result<void> done;
    if (!was_closed) {
        if (step_.writable()) done = indexer_.finish();
        // What the index lacks for want of room it takes the next time.
        if (!done && waits_for_room(*core_->behind, done.error())) done = {};
        auto const released = core_->behind->close();
        if (done) done = released;
    }
    queue_.leave();
    lock.unlock();
    for (auto& one : waiting) one->done(std::unexpected(closed().error()));
    return done;
}

// Piece by piece, so that the tail is not held for as long as a long fold takes.
result<std::size_t> passive_log::visit(
    query const& what, stretch const& of, event_visitor const& visit
) const {
    std::size_t count = 0;
    auto rest = of;
    for (auto in_frames = false; rest.after < rest.up_to;) {
        DIPTYCH_TRY(auto const inside, enter());
        DIPTYCH_TRY(auto const some, core_->read().visit_some(what, rest, in_frames, visit));
        in_frames = some.is_dense;
        count += some.events;
        rest.after = some.to;
    }
    return count;
}

log_statistics passive_log::statistics() const {
    auto const tail = core_->newest.pin();
    auto const& count = core_->count;
    auto const inside = gate_.enter();
    auto const is_indexed = inside && core_->behind->is_indexed();
    auto const merged = is_indexed ? core_->behind->merged_to() : tail->end.position;
    return {
        .appends = count.appends,
        .events = count.events,
        .conflicts = count.conflicts,
        .refused = count.refused,
        .repeated = count.repeated,
        .unavailable = count.unavailable,
        .redecided = count.redecided,
        .groups = count.groups,
        .commit_us = count.commit_us,
        .sync_us = count.sync_us,
        .user_us = count.user_us,
        .queued = queue_.size(),
        .tail_events = tail->events(),
        .index_lag = tail->end.position.value - std::min(merged, tail->end.position).value,
    };
}

}  // namespace

result<std::unique_ptr<sequenced_log>> sequenced_log::open(
    std::unique_ptr<engine> on,
    clock& time,
    random_source& random,
    limits const& bounds,
    std::function<void(position done, position end)> const& progress
) {
    auto const is_writer = on->writable().has_value();
    auto is_merged = false;
    if (is_writer && on->is_indexed()) {
        DIPTYCH_TRY(is_merged, merge_at_open(*on, bounds, progress));
    }
    DIPTYCH_TRY(auto const begin, where_tail_begins(*on, bounds));
    auto const generation = std::max(bounds.heads_max / 2, append_events_max);
    auto epochs = on->epochs();
    if (epochs.empty())
        return fail(errc::unavailable, "unreadable", "the log's line of history can not be read");
    std::unique_ptr<log_core> core(new log_core{
        .behind = std::move(on),
        .line = line_of_history(std::move(epochs)),
        .newest = tail(begin),
        .known = heads(generation),
        .time = time,
        .ids = id_maker(time, random),
        .bounds = bounds,
    });
    // An index that was merged reaches the end, answers without events included.
    if (!is_merged) {
        DIPTYCH_TRY(extend_tail(*core, !is_writer));
    }
    return std::make_unique<passive_log>(std::move(core));
}

}  // namespace diptych::log
