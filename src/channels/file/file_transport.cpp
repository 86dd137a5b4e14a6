#include "channels/file/file_transport.hpp"

#include "outbox/cloud_event.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace diptych::channels {

namespace {

// Of what is written at once; with one event more it is less than what is looked through.
constexpr std::size_t unsynced_max = 4u << 20;
constexpr std::uint64_t look_back = 16u << 20;
static_assert(unsynced_max + append_bytes_max + (1u << 20) < look_back);

constexpr std::string_view line_begin = R"({"specversion":"1.0",)";
constexpr std::uint64_t sector_bytes = 512;  // that a crash keeps or takes as one, at least

// Whether a line that is not finished may be one of a channel's.
bool is_own_line(std::string_view unfinished) {
    auto const known = std::min(unfinished.size(), line_begin.size());
    return unfinished.substr(0, known) == line_begin.substr(0, known);
}

// Where a crash left zeros in the place of what was not synced: whole sectors, or up to the end,
// from a sector's beginning on or behind what was synced. The text's size if it did nowhere.
std::size_t find_hole(std::string_view text, std::uint64_t begins_at) {
    for (auto at = text.find('\0'); at != text.npos;) {
        auto const end = std::min(text.find_first_not_of('\0', at), text.size());
        auto const is_sector = [&](std::size_t of) { return (begins_at + of) % sector_bytes == 0; };
        auto const is_behind_synced = begins_at + at == 1 || (at > 0 && text[at - 1] == '\n');
        if ((is_sector(at) || is_behind_synced) && (is_sector(end) || end == text.size()))
            return at;
        at = text.find('\0', end);
    }
    return text.size();
}

result<void> check_file(outbox::declaration const& of) {
    auto const path = std::filesystem::path(of.address);
    if (path.has_filename()) return {};
    return fail(errc::invalid, "channel_file", "after file: comes the path of a file");
}

// By whatever names and links the file is known.
std::string place_of_file(outbox::declaration const& of, endpoint::surroundings const& in) {
    auto const path = std::filesystem::absolute(in.folder / of.address);
    std::error_code unknown;
    auto const real = std::filesystem::weakly_canonical(path, unknown);
    return (unknown ? path.lexically_normal() : real).string();
}

result<std::unique_ptr<outbox::transport>> open_file(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    return std::make_unique<file_transport>(
        in.disk, in.folder / of.address, of.source, place_of_file(of, in) + ".lock"
    );
}

}  // namespace

outbox::scheme file_scheme() {
    return {.name = "file", .check = check_file, .open = open_file, .place = place_of_file};
}

void file_transport::send(std::uint64_t ticket, outbox::message const& what) {
    tickets_.push_back(ticket);
    lines_ += outbox::structured(what, source_);
    lines_ += '\n';
}

std::vector<outbox::told> file_transport::answers() {
    std::vector<outbox::told> all;
    if (tickets_.empty()) return all;
    auto const written = write();
    for (auto const ticket : std::exchange(tickets_, {}))
        all.push_back(
            written
                ? outbox::told{.ticket = ticket, .what = outbox::fate::delivered}
                : outbox::
                      told{.ticket = ticket, .what = outbox::fate::away, .why = written.error().message}
        );
    lines_.clear();
    // What became of the bytes is not known: who opens it next cuts it where it was synced.
    if (!written) file_.reset();
    return all;
}

result<void> file_transport::write() {
    for (std::string_view left = lines_; !left.empty();) {
        DIPTYCH_TRY(stand_at_end());
        auto const newline = left.find('\n', std::min(unsynced_max, left.size()) - 1);
        auto const now = left.substr(0, newline + 1);
        if (auto done = put(now); !done) {
            unsure_ = now;
            return done;
        }
        end_ += now.size();
        left.remove_prefix(now.size());
    }
    return {};
}

// Somebody may have moved it away, or emptied it, to read it or to make room, or written behind us.
result<void> file_transport::stand_at_end() {
    if (file_) {
        auto const now = disk_.look_at(path_);
        if (!now || now->identity != opened_->identity || now->bytes != end_) file_.reset();
    }
    if (file_) return {};
    return open();
}

result<void> file_transport::put(std::string_view lines) {
    // That byte is there before any other: by it the file is known, whatever a crash leaves of it.
    if (end_ == 0) {
        DIPTYCH_TRY(file_->write(0, lines.substr(0, 1)));
        DIPTYCH_TRY(file_->sync());
    }
    DIPTYCH_TRY(file_->write(end_, lines));
    return file_->sync();
}

result<void> file_transport::open() {
    DIPTYCH_TRY(auto const was_there, disk_.exists(path_));
    if (!was_there) {
        DIPTYCH_TRY(make_folder());
    }
    DIPTYCH_TRY(take_lock());
    DIPTYCH_TRY(auto const is_there, disk_.exists(path_));
    DIPTYCH_TRY(
        file_,
        disk_.open(
            path_, is_there ? storage::file_mode::read_write : storage::file_mode::create_new
        )
    );
    DIPTYCH_TRY(auto const now, disk_.look_at(path_));
    DIPTYCH_TRY(auto const size, file_->size());
    auto const is_new_here = !opened_ || now.identity != opened_->identity;
    // Whoever created it may have failed, or died, before its name was as durable as its lines.
    if (is_new_here) {
        auto const folder = path_.parent_path();
        DIPTYCH_TRY(disk_.sync_directory(folder.empty() ? "." : folder));
    }
    DIPTYCH_TRY(end_, is_new_here || size < end_ ? end_of_lines(size) : end_of_known(size));
    if (end_ < size) {
        DIPTYCH_TRY(file_->truncate(end_));
        DIPTYCH_TRY(file_->sync());
    } else {
        DIPTYCH_TRY(end_last_line());
    }
    opened_ = now;
    unsure_.clear();
    return {};
}

// A file is as durable as the names of the folders that it is in.
result<void> file_transport::make_folder() {
    auto const folder = path_.parent_path();
    if (folder.empty()) return {};
    DIPTYCH_TRY(disk_.make_directories(folder));
    for (auto at = folder; at.has_relative_path(); at = at.parent_path()) {
        auto const above = at.parent_path();
        DIPTYCH_TRY(disk_.sync_directory(above.empty() ? "." : above));
    }
    return {};
}

// Anew whenever the file is opened: who removed its folder removed the lock, too.
result<void> file_transport::take_lock() {
    lock_.reset();
    auto taken = disk_.lock(lock_path_);
    if (!taken && taken.error().code == "locked")
        return fail(
            errc::unavailable,
            "locked",
            fmt::format("another channel delivers to {}: {}", path_.string(), taken.error().message)
        );
    DIPTYCH_TRY(lock_, std::move(taken));
    return {};
}

// Nobody was told that an unfinished line is delivered: it comes again. Of what was not synced, any
// piece may be missing. What is not known to be ours stays.
result<std::uint64_t> file_transport::end_of_lines(std::uint64_t size) const {
    DIPTYCH_TRY(expect_lines(size));
    std::string tail(std::min(size, look_back), '\0');
    auto const begins_at = size - tail.size();
    DIPTYCH_TRY(auto const got, file_->read(begins_at, std::span(tail)));
    tail.resize(got);
    auto const sound = std::string_view(tail).substr(0, find_hole(tail, begins_at));
    auto const newline = sound.rfind('\n');
    if (newline == sound.npos && begins_at > 0)
        return fail(errc::corrupt, path_.string() + " does not end as a file of lines does");
    auto const kept = newline == sound.npos ? 0 : newline + 1;
    return kept < tail.size() && is_own_line(sound.substr(kept)) ? begins_at + kept : size;
}

// Of a file that was ours up to end_: cuts what a write has left of which it is not known how far
// it came, if others have written nothing behind it.
result<std::uint64_t> file_transport::end_of_known(std::uint64_t size) const {
    if (size == end_ || size - end_ > unsure_.size()) return size;
    std::string more(size - end_, '\0');
    DIPTYCH_TRY(auto const got, file_->read(end_, std::span(more)));
    auto const is_ours = std::ranges::equal(
        std::string_view(more).substr(0, got),
        std::string_view(unsure_).substr(0, got),
        [](char there, char written) { return there == written || there == '\0'; }
    );
    return is_ours ? end_ : size;
}

// What is there may be anybody's. One byte alone is what a crash leaves of put().
result<void> file_transport::expect_lines(std::uint64_t size) const {
    char first = '{';
    DIPTYCH_TRY(file_->read(0, std::span(&first, 1)));
    if (first == '{' || (first == '\0' && size == 1)) return {};
    return fail(
        errc::corrupt,
        path_.string() +
            " is there, and does not begin as a file of lines of JSON does: it is left as it is; "
            "move it away, or deliver to another file"
    );
}

// Who has not finished it does not get ours into it.
result<void> file_transport::end_last_line() {
    if (end_ == 0) return {};
    char last = '\n';
    DIPTYCH_TRY(file_->read(end_ - 1, std::span(&last, 1)));
    if (last == '\n') return {};
    DIPTYCH_TRY(file_->write(end_, "\n"));
    DIPTYCH_TRY(file_->sync());
    ++end_;
    return {};
}

}  // namespace diptych::channels
