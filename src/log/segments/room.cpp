#include "log/segments/room.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log::segments {

namespace {

// Kept until the end, when the rest is given back.
constexpr std::uint64_t last_piece_max = 256 << 10;

// To be free beside the reserve before anything is appended again.
constexpr std::uint64_t besides_max = 1 << 20;

std::uint64_t last_piece(std::uint64_t reserve) { return std::min(reserve / 4, last_piece_max); }
std::uint64_t besides(std::uint64_t reserve) { return std::min(reserve, besides_max); }

}  // namespace

room::room(storage::disk& on, folder in, std::uint64_t reserve_bytes)
    : disk_(on), folder_(std::move(in)), reserve_bytes_(reserve_bytes) {}

result<void> room::begin() {
    auto const lock = std::scoped_lock(mutex_);
    if (reserve_bytes_ == 0) {
        auto gone = disk_.remove(folder_.reserve());
        return gone || gone.error().kind == errc::not_found ? result<void>{} : gone;
    }
    auto const taken = take();
    if (taken || !storage::is_disk_full(taken.error())) return taken;
    note_full(taken.error());
    return {};
}

result<void> room::check() const {
    if (!is_full_) return {};
    auto const lock = std::scoped_lock(telling_);
    if (full_) return std::unexpected(*full_);
    return {};
}

void room::ran_out(error const& why) {
    if (!storage::is_disk_full(why)) return;
    auto const lock = std::scoped_lock(mutex_);
    note_full(why);
}

bool room::try_again(timestamp now) {
    auto const lock = std::scoped_lock(mutex_);
    if (!is_full_) return true;
    if (!before_trying_.is_over(now) || (reserve_bytes_ > 0 && !take())) return false;
    auto const other = std::scoped_lock(telling_);
    full_.reset();
    is_full_ = false;
    return true;
}

void room::give_all_back() {
    auto const lock = std::scoped_lock(mutex_);
    if (!is_full_ || held_ == 0) return;
    if (disk_.remove(folder_.reserve())) held_ = 0;
}

result<void> room::take() {
    auto opened = disk_.open(folder_.reserve(), storage::file_mode::read_write);
    if (!opened && opened.error().kind == errc::not_found)
        opened = disk_.open(folder_.reserve(), storage::file_mode::create_new);
    DIPTYCH_TRY(auto const file, std::move(opened));
    DIPTYCH_TRY(held_, file->size());
    DIPTYCH_TRY(file->allocate(0, reserve_bytes_ + besides(reserve_bytes_)));
    DIPTYCH_TRY(file->truncate(reserve_bytes_));
    held_ = reserve_bytes_;
    return file->sync();
}

void room::note_full(error const& why) {
    if (!is_full_) {
        auto const lock = std::scoped_lock(telling_);
        full_ =
            fail(
                errc::unavailable,
                "disk_full",
                "the disk is full, so nothing is recorded until there is room again: " + why.message
            )
                .error();
        before_trying_.begin_again();
        is_full_ = true;
    }
    shrink_to(last_piece(reserve_bytes_));
}

// Whether that goes well or not: there is nothing better to be done.
void room::shrink_to(std::uint64_t bytes) {
    if (held_ <= bytes) return;
    auto const file = disk_.open(folder_.reserve(), storage::file_mode::read_write);
    if (!file || !(*file)->truncate(bytes)) return;
    held_ = bytes;
    (void)(*file)->sync();  // some file systems free blocks only then
}

}  // namespace diptych::log::segments
