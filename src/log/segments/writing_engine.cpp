#include "log/segments/writing_engine.hpp"

#include "base/planted_bug.hpp"
#include "log/segments/home.hpp"
#include "log/segments/marks.hpp"
#include "sqlite/file_trust.hpp"

#include <diptych/assert.hpp>

#include <fmt/format.h>

namespace diptych::log::segments {

namespace {

constexpr std::chrono::microseconds blocks_pause = std::chrono::seconds{5};

}  // namespace

writing_engine::writing_engine(
    storage::disk& on,
    folder in,
    uuid const& log_id,
    segment_options options,
    storage::file_lock lock
)
    : segment_engine(on, in, log_id, std::move(options)),
      lock_(std::move(lock)),
      next_(on, in),
      room_(on, std::move(in), options_.reserve_bytes),
      renewal_(*this, {folder_.next_index(), options_.index_on}, log_id_, options_.index) {
    list_.sealed = std::make_shared<std::vector<segment_entry> const>();
    end_.log_id = log_id;
}

result<std::unique_ptr<segment_engine>> writing_engine::open(
    storage::disk& on, folder const& in, clock& time, random_source& random, segment_options options
) {
    // Looked at before the lock is taken, so that another program's folder gets no LOCK; and again
    // after, since another process may have made the log meanwhile.
    DIPTYCH_TRY(read_format(on, in));
    DIPTYCH_TRY(on.make_directories(in.root));
    DIPTYCH_TRY(auto lock, on.lock(in.lock()));
    DIPTYCH_TRY(auto log_id, read_format(on, in));
    if (!log_id) {
        DIPTYCH_TRY(sync_way_to(on, in.root));
        auto const now = std::chrono::time_point_cast<std::chrono::milliseconds>(time.now());
        auto const high = random.next();
        log_id = make_uuid_v7(now, high, random.next());
        DIPTYCH_TRY(create_format(on, in, *log_id));
    }
    auto opened =
        std::make_unique<writing_engine>(on, in, *log_id, std::move(options), std::move(lock));
    DIPTYCH_TRY(opened->room_.begin());
    DIPTYCH_TRY(opened->open_index());
    DIPTYCH_TRY(auto const checkpoints, opened->checkpoints());
    DIPTYCH_TRY(opened->is_copy_, settle(on, in, *log_id, checkpoints, random));
    DIPTYCH_TRY(opened->recover());
    // Not where nothing may be written: such a folder stays as it is.
    if (opened->writable() && !opened->is_copy_) {
        DIPTYCH_TRY(renew_home(on, in));
    }
    return std::unique_ptr<segment_engine>{std::move(opened)};
}

result<void> writing_engine::open_index() {
    if (!options_.indexed) return {};
    DIPTYCH_TRY(renewal_.give_up());
    auto const open = [&] {
        sqlite::location const file{folder_.index(), options_.index_on};
        return index::open(file, log_id_, index::mode::writer, options_.index);
    };
    auto opened = open();
    if (!opened && opened.error().kind == errc::corrupt) {
        // Derived, so losing it loses nothing: a damaged index is thrown away and built again.
        DIPTYCH_TRY(sqlite::remove({folder_.index(), options_.index_on}));
        opened = open();
    }
    if (!opened && storage::is_disk_full(opened.error())) {
        room_.ran_out(opened.error());
        opened = open();
    }
    if (!opened) return std::unexpected(opened.error());
    index_ = std::move(*opened);
    return {};
}

result<std::vector<checkpoint>> writing_engine::checkpoints() const {
    auto all = options_.covered_by;
    if (index_ && index_->checkpoint().position.value > 0)
        all.push_back(
            {.name = folder_.index().native(),
             .position = index_->checkpoint().position,
             .chain = index_->checkpoint().chain}
        );
    DIPTYCH_TRY(auto marks, marks_in(disk_, folder_, log_id_));
    all.insert(all.end(), marks.begin(), marks.end());
    return all;
}

result<void> writing_engine::recover() {
    auto done = recover_once();
    if (done || !storage::is_disk_full(done.error())) return done;
    room_.ran_out(done.error());
    return recover_once();
}

result<void> writing_engine::recover_once() {
    {
        // Until all of it has been done, for what is durable is known only then.
        auto const lock = std::scoped_lock(mutex_);
        stopped_ = fail(
                       errc::unavailable,
                       "log_failed",
                       "the log must be opened again: it was not recovered"
        )
                       .error();
    }
    DIPTYCH_TRY(auto const checkpoints, checkpoints());
    DIPTYCH_TRY(auto const found, inspect(disk_, folder_, log_id_, checkpoints, cache_));
    if (found.last) {
        auto const extent = found.last->extent();
        auto const lock = std::scoped_lock(mutex_);
        list_ = list_of(found);
        end_ = {
            .log_id = log_id_,
            .epoch = found.last->header().epoch,
            .position = found.last->last(),
            .chain = extent.chain,
            .recorded_at = extent.last_recorded,
        };
        writer_.reset();
        if (found.loss) stopped_ = found.loss;
    }
    if (found.loss) return leave_index_of_another_line();
    DIPTYCH_TRY(start_writing(found));
    if (!watermark_) {
        DIPTYCH_TRY(auto page, disk_.share(folder_.watermark(), true));
        watermark_.emplace(std::move(page));
    }
    watermark_->store(mark());
    DIPTYCH_TRY(remove_if_there(disk_, folder_.closed(), folder_.root));
    auto const lock = std::scoped_lock(mutex_);
    stopped_.reset();
    return {};
}

// One that is only ahead still knows what is there; readers clamp it.
result<void> writing_engine::leave_index_of_another_line() {
    if (!index_) return {};
    auto const at = index_->checkpoint();
    if (at.position > end().position) return {};
    DIPTYCH_TRY(auto const is_of_this_line, passed(at.position, at.chain));
    if (!is_of_this_line) index_.reset();
    return {};
}

result<void> writing_engine::start_writing(inspection const& found) {
    next_.forget();
    if (!found.last) return begin_segment(list_, end_);
    DIPTYCH_TRY(repair(disk_, folder_, found));
    if (found.last_is_sealed) {
        auto sealed = found.sealed;
        sealed.push_back(found.last->entry());
        segment_list list;
        list.sealed = std::make_shared<std::vector<segment_entry> const>(std::move(sealed));
        return begin_segment(std::move(list), end_);
    }
    DIPTYCH_TRY(auto const size, found.last->on().size());
    DIPTYCH_TRY(auto ahead, disk_.open(found.last->path(), storage::file_mode::read_write));
    auto writer = std::make_shared<segment_writer>(found.last, std::move(ahead), size);
    auto const lock = std::scoped_lock(mutex_);
    writer_ = std::move(writer);
    return {};
}

result<void> writing_engine::begin_segment(segment_list list, log_end const& after) {
    segment_header const header{
        .log_id = log_id_,
        .epoch = after.epoch,
        .first = after.position + 1,
        .previous = list.sealed->empty() ? position{} : list.sealed->back().first(),
        .chain = after.chain,
        .recorded_at = after.recorded_at,
    };
    DIPTYCH_TRY(auto begun, next_.begin(header));
    DIPTYCH_TRY(auto ahead, disk_.open(begun->path(), storage::file_mode::read_write));
    list.open = begun;
    list.last = after.position;
    list.open_end = segment_header_size;
    auto writer = std::make_shared<segment_writer>(begun, std::move(ahead), next_.zeros());
    auto const lock = std::scoped_lock(mutex_);
    list_ = std::move(list);
    writer_ = std::move(writer);
    return {};
}

log_end writing_engine::end() const {
    auto const lock = std::scoped_lock(mutex_);
    return end_;
}

result<segment_engine::moment> writing_engine::now() const {
    auto const lock = std::scoped_lock(mutex_);
    return moment{.list = list_, .end = end_};
}

durable_mark writing_engine::mark() const {
    auto const lock = std::scoped_lock(mutex_);
    return {
        .log_id = log_id_,
        .epoch = end_.epoch,
        .position = end_.position,
        .segment = list_.open->header().first,
        .offset = list_.open_end,
        .frame_count = list_.open->extent().frame_count,
        .chain = end_.chain,
        .recorded_at = end_.recorded_at,
    };
}

result<void> writing_engine::writable() const {
    auto const lock = std::scoped_lock(mutex_);
    if (stopped_) return std::unexpected(*stopped_);
    return {};
}

result<void> writing_engine::write(frame& next) {
    DIPTYCH_TRY(writable());
    DIPTYCH_ASSERT(next.bytes.size() >= frame_header_size, "a frame has room for its header");
    DIPTYCH_ASSERT(next.bytes.size() <= frame_bytes_max, "the commit step bounds its groups");
    DIPTYCH_ASSERT(next.first == end_.position + 1, "positions are dense");
    DIPTYCH_ASSERT(next.recorded_at >= end_.recorded_at, "time does not run backwards in the log");
    auto written = make_room(next.bytes.size());
    if (!written && written.error().kind == errc::unavailable) {
        room_.ran_out(written.error());
        DIPTYCH_TRY(has_room());
        return written;
    }
    if (is_planted(bug::watermark_before_sync)) {
        auto early = mark();
        early.position = next.last();
        early.offset += next.bytes.size();
        ++early.frame_count;
        early.chain = next.chain;
        early.recorded_at = next.recorded_at;
        watermark_->store(early);
    }
    if (written) written = write_to_disk(next);
    if (!written) {
        auto const& cause = written.error().message;
        auto const lock = std::scoped_lock(mutex_);
        stopped_ = fail(
                       errc::unavailable,
                       "log_failed",
                       "the log must be opened again after a failed write: " + cause
        )
                       .error();
        return fail(errc::outcome_unknown, cause);
    }
    {
        auto const lock = std::scoped_lock(mutex_);
        list_.open_end = writer_->target()->extent().frames_end;
        end_.position = end_.position + next.event_count;
        list_.last = end_.position;
        end_.chain = next.chain;
        end_.recorded_at = next.recorded_at;
    }
    watermark_->store(mark());
    return {};
}

// Before anything is changed.
result<void> writing_engine::make_room(std::size_t frame_size) {
    if (writer_->has_room(frame_size, options_.segment_bytes))
        return writer_->make_room(frame_size);
    DIPTYCH_TRY(writer_->make_room_for_trailer());
    DIPTYCH_TRY(next_.prepare(ahead_size(0), segment_header_size + frame_size));
    return {};
}

result<void> writing_engine::write_to_disk(frame& next) {
    if (!writer_->has_room(next.bytes.size(), options_.segment_bytes)) {
        DIPTYCH_TRY(writer_->seal());
        auto sealed = *list_.sealed;
        sealed.push_back(writer_->target()->entry());
        segment_list list;
        list.sealed = std::make_shared<std::vector<segment_entry> const>(std::move(sealed));
        DIPTYCH_TRY(begin_segment(std::move(list), end_));
    }
    return writer_->write(next);
}

result<void> writing_engine::reopen() {
    auto const lock = std::scoped_lock(housekeeping_);
    blocks_at_.reset();
    return recover();
}

result<void> writing_engine::merge(std::span<frame_ptr const> frames) {
    DIPTYCH_TRY(writable());
    if (!index_) return {};
    auto merged = index_->merge(frames);
    if (!merged) room_.ran_out(merged.error());
    return merged;
}

result<void> writing_engine::save_state(std::string_view name, std::string_view bytes) {
    if (!index_) return {};
    return index_->save_state(name, bytes);
}

result<bool> writing_engine::maintain(timestamp now) {
    auto const lock = std::scoped_lock(housekeeping_);
    if (!writable()) return false;
    auto more = result<bool>{false};
    if (room_.try_again(now)) more = prepare_blocks(now);
    if (!more || !index_) return more;
    auto more_in_index = index_->maintain(now, options_.keep_answers);
    if (!more_in_index) room_.ran_out(more_in_index.error());
    if (!more_in_index) return more_in_index;
    if (!has_room()) {
        // It would only take what is kept in reserve for others.
        if (renewal_.is_begun()) {
            DIPTYCH_TRY(renewal_.give_up());
        }
        return *more || *more_in_index;
    }
    DIPTYCH_TRY(auto const more_to_renew, renewal_.step(*index_, now, options_.keep_answers));
    return *more || *more_in_index || more_to_renew;
}

// Where there is no room for blocks ahead, commits make what they need, and are the first to find
// that the disk is full.
result<bool> writing_engine::prepare_blocks(timestamp now) {
    if (blocks_at_ && now < *blocks_at_ && *blocks_at_ - now <= blocks_pause) return false;
    std::shared_ptr<segment_writer> writer;
    {
        auto const lock = std::scoped_lock(mutex_);
        writer = writer_;
    }
    auto done = write_blocks(*writer);
    blocks_at_.reset();
    if (!done && done.error().kind == errc::unavailable) blocks_at_ = now + blocks_pause;
    return done;
}

result<bool> writing_engine::write_blocks(segment_writer& writer) {
    auto ahead = writer.write_ahead(options_.segment_bytes);
    if (!ahead && ahead.error().kind != errc::unavailable) {
        // Some block of the file could not be written: what it holds is known only after recovery.
        auto const lock = std::scoped_lock(mutex_);
        stopped_ = fail(errc::unavailable, "log_failed", ahead.error().message).error();
    }
    if (!ahead) return ahead;
    auto const used = writer.target()->extent().frames_end;
    if (*ahead || used < options_.segment_bytes / 2) return ahead;
    return next_.prepare(std::min(ahead_size(used), options_.segment_bytes));
}

result<void> writing_engine::close() {
    auto const lock = std::scoped_lock(housekeeping_);
    auto closed = result<void>{};
    if (writable()) {
        closed = write_closed(disk_, folder_, mark());
        if (!closed) room_.ran_out(closed.error());
    }
    if (!has_room()) {
        room_.give_all_back();
        if (!closed) closed = write_closed(disk_, folder_, mark());
    }
    (void)renewal_.give_up();  // else the next start does that
    if (index_) {
        auto index_closed = index_->close();
        index_.reset();
        // What could not be moved into its file for want of room is moved the next time.
        if (closed && !(index_closed || storage::is_disk_full(index_closed.error())))
            closed = std::move(index_closed);
    }
    auto const inner = std::scoped_lock(mutex_);
    stopped_ = fail(errc::unavailable, "closed", "the log is closed").error();
    writer_.reset();
    lock_.reset();
    return closed;
}

}  // namespace diptych::log::segments
