#include "channels/file/file_transport.hpp"

#include "outbox/cloud_event.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace diptych::channels {

namespace {

// Of what is written at once; with one event more it is less than what is looked through.
constexpr std::size_t unsynced_max = 4u << 20;
constexpr std::uint64_t look_back = 16u << 20;
static_assert(unsynced_max + append_bytes_max + (1u << 20) < look_back);

result<void> check_file(outbox::declaration const& of) {
    auto const path = std::filesystem::path(of.address);
    if (path.has_filename()) return {};
    return fail(errc::invalid, "channel_file", "after file: comes the path of a file");
}

result<std::unique_ptr<outbox::transport>> open_file(
    outbox::declaration const& of, outbox::surroundings const& in
) {
    return std::make_unique<file_transport>(in.disk, in.folder / of.address, of.source);
}

}  // namespace

outbox::scheme file_scheme() { return {.name = "file", .check = check_file, .open = open_file}; }

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
    // Somebody may have moved it away, or emptied it, to read it or to make room.
    if (file_) {
        auto const now = disk_.look_at(path_);
        if (!now || now->identity != opened_->identity || now->bytes < end_) file_.reset();
    }
    if (!file_) {
        DIPTYCH_TRY(open());
    }
    for (std::string_view left = lines_; !left.empty();) {
        auto const newline = left.find('\n', std::min(unsynced_max, left.size()) - 1);
        auto const now = left.substr(0, newline + 1);
        DIPTYCH_TRY(file_->write(end_, now));
        DIPTYCH_TRY(file_->sync());
        end_ += now.size();
        left.remove_prefix(now.size());
    }
    return {};
}

result<void> file_transport::open() {
    DIPTYCH_TRY(auto const is_there, disk_.exists(path_));
    if (!is_there) {
        DIPTYCH_TRY(make_folder());
    }
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
    if (is_new_here || size < end_) {
        DIPTYCH_TRY(end_, end_of_lines());
    }
    opened_ = now;
    if (size == end_) return {};
    DIPTYCH_TRY(file_->truncate(end_));
    return file_->sync();
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

// Nobody was told that an unfinished line is delivered: it comes again. Of what was not synced, any
// piece may be missing: where it is there are zeros, which are in no line.
result<std::uint64_t> file_transport::end_of_lines() {
    DIPTYCH_TRY(auto const size, file_->size());
    std::string tail(std::min(size, look_back), '\0');
    DIPTYCH_TRY(auto const got, file_->read(size - tail.size(), std::span(tail)));
    tail.resize(got);
    tail.resize(std::min(tail.find('\0'), tail.size()));
    auto const newline = tail.rfind('\n');
    if (newline == std::string::npos && size > look_back)
        return fail(errc::corrupt, path_.string() + " does not end as a file of lines does");
    auto const kept = newline == std::string::npos ? 0 : newline + 1;
    return size - std::min(size, look_back) + kept;
}

}  // namespace diptych::channels
