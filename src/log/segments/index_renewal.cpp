#include "log/segments/index_renewal.hpp"

#include "sqlite/file_trust.hpp"
#include "storage/disk.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::log::segments {

namespace {

constexpr auto pause_when_full = std::chrono::minutes{5};

result<bool> is_there(sqlite::location const& file, std::string const& suffix) {
    auto const found = file.disk().look_at(file.string() + suffix);
    if (!found && found.error().kind != errc::not_found) return std::unexpected(found.error());
    return found.has_value();
}

}  // namespace

result<bool> index_renewal::step(
    index& old, timestamp now, std::chrono::microseconds keep_answers
) {
    if (!old.is_distrusted() || (!now_ && rests(now))) return false;
    auto const is_whole = take_frames(old.checkpoint().position, now - keep_answers);
    if (is_whole && !*is_whole) return true;
    if (is_whole) {
        DIPTYCH_TRY(old.replace(file_));
        return false;
    }
    (void)give_up();  // else the next attempt begins with that
    auto why = is_whole.error();
    if (storage::is_disk_full(why)) full_since_ = now;
    why.message = "index.db: it is not trusted, and can not be built again: " + why.message;
    return std::unexpected(std::move(why));
}

// Where there was no room for a second index, the log and the views are not kept short of it
// again and again.
bool index_renewal::rests(timestamp now) {
    if (full_since_ && now >= *full_since_ && now - *full_since_ < pause_when_full) return true;
    full_since_.reset();
    return !pause_.is_over(now);
}

// Whether the file has come to `goal`, where a frame ends, and is whole and closed.
result<bool> index_renewal::take_frames(position goal, timestamp kept_from) {
    if (!now_) {
        DIPTYCH_TRY(begin());
    }
    DIPTYCH_TRY(auto frames, now_->walk.next());
    auto const beyond = std::ranges::find_if(frames, [&](frame_ptr const& one) {
        return one->event_count > 0 && one->last() > goal;
    });
    auto const is_last = frames.empty() || beyond != frames.end();
    frames.erase(beyond, frames.end());
    DIPTYCH_TRY(now_->at, now_->into->merge(frames, now_->at, {}));
    DIPTYCH_TRY(now_->into->maintain(kept_from, {}));
    if (is_last) {
        DIPTYCH_TRY(finish(goal));
    }
    return is_last;
}

result<void> index_renewal::begin() {
    DIPTYCH_TRY(give_up());
    DIPTYCH_TRY(auto into, index_writer::open(file_, log_id_, limits_));
    now_.emplace(attempt{.walk = frame_walk(engine_, position{}), .into = std::move(into), .at = {}}
    );
    return {};
}

result<void> index_renewal::finish(position goal) {
    auto done = *std::exchange(now_, std::nullopt);
    DIPTYCH_TRY(done.walk.check_reached(goal));
    DIPTYCH_TRY(done.into->close({}));
    done.into.reset();
    // A file that is closed well has its WAL in it, and all of it is durable.
    DIPTYCH_TRY(auto const has_wal, is_there(file_, "-wal"));
    if (!has_wal && !sqlite::is_distrusted(file_)) return {};
    return fail(errc::failed, "not_closed", file_.string() + ": its WAL is not in it");
}

result<void> index_renewal::give_up() {
    now_.reset();
    auto is_any = false;
    for (auto const* const suffix : {"", "-wal", "-shm", "-distrusted"}) {
        DIPTYCH_TRY(auto const is_one, is_there(file_, suffix));
        is_any = is_any || is_one;
    }
    if (!is_any) return {};
    DIPTYCH_TRY(sqlite::remove(file_));
    return sqlite::remove_if_distrusted(file_);
}

}  // namespace diptych::log::segments
