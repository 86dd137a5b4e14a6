/// @file
/// A log on a disk in memory, and copies of it.
#pragma once

#include "faulty_disk.hpp"
#include "frames.hpp"
#include "log/segments/copy_log.hpp"
#include "log/segments/home.hpp"
#include "log/segments/new_epoch.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <string>

namespace diptych::log::segments {

inline folder const there{"/log"};
inline folder const copy{"/copy"};

/// A log on a disk in memory, and copies of it.
struct copied_log {
    faulty_disk disk;
    log_opener opener{disk, there.root, {.segment_bytes = 2000, .indexed = false}};
    log_opener copies{disk, copy.root, {.segment_bytes = 2000, .indexed = false}};
    std::unique_ptr<segment_engine> log = opener.writer().or_throw();
    uuid id = log->end().log_id;

    void write(std::size_t frames) {
        for (std::size_t i = 0; i < frames; ++i) write_events(*log, 2).or_throw();
    }
    void close() {
        log->close().or_throw();
        log.reset();
    }

    /// As after a power cut: nobody writes, and the watermark is as old as somebody left it.
    void lose_power(std::string const& watermark) {
        log.reset();
        disk.crash(unsynced::lost);
        set_watermark(watermark);
    }
    void set_watermark(std::string const& to) {
        auto const page = disk.share(there.watermark(), true).or_throw();
        std::memcpy(page->bytes().data(), to.data(), to.size());
    }
    std::string watermark() {
        auto const page = disk.share(there.watermark(), true).or_throw();
        return {reinterpret_cast<char const*>(page->bytes().data()), page->bytes().size()};
    }

    /// The files below a folder.
    std::map<std::string, std::string> all_in(std::filesystem::path const& folder) const {
        auto all = disk.all();
        std::erase_if(all, [&](auto const& one) {
            return !one.first.starts_with(folder.native() + "/");
        });
        return all;
    }

    /// As `cp -a old/. log/` would do it where no new file has come: no name and no file is
    /// another one.
    void put_back_in_place(std::map<std::string, std::string> const& old) {
        for (auto const& [path, content] : all_in(there.root))
            if (!old.contains(path)) disk.remove(path).or_throw();
        for (auto const& [path, content] : old) disk.content(path) = content;
        disk.forget_pages();
        disk.make_durable();
    }

    /// It goes on for a while, and is then put back in place to what it was.
    template <class Meanwhile>
    void go_on_and_be_put_back(Meanwhile const& meanwhile) {
        auto const before = all_in(there.root);
        log = opener.writer().or_throw();
        write(3);
        meanwhile();
        close();
        put_back_in_place(before);
    }

    /// Every call fails from the n-th of `work` on, and then the power does. Whether it was done
    /// before that.
    template <class Work>
    bool break_off(std::size_t n, unsynced what, Work const& work) {
        disk.fail_at = disk.calls() + n;
        disk.fails_ever_after = true;
        bool const done = work();
        auto const was_reached = disk.calls() >= disk.fail_at;
        disk.fail_at = 0;
        disk.fails_ever_after = false;
        disk.crash(what);
        return done && !was_reached;
    }

    result<copied_segments> take(copy_options const& how = {}) {
        DIPTYCH_TRY(auto const now, look_at_log(disk, there));
        DIPTYCH_TRY(disk.make_directories(copy.root));
        DIPTYCH_TRY(auto const known, read_format(disk, copy));
        if (!known) {
            DIPTYCH_TRY(create_format(disk, copy, id));
        }
        DIPTYCH_TRY(make_homeless(disk, copy));
        segment_cache cache(disk, {});
        DIPTYCH_TRY(auto const earlier, inspect(disk, copy, id, {}, cache));
        DIPTYCH_TRY(check_earlier(copy, earlier, now, cache));
        DIPTYCH_TRY(auto const done, copy_log(disk, now, copy, how));
        segment_cache fresh(disk, {});
        DIPTYCH_TRY(auto const found, inspect(disk, copy, id, {}, fresh));
        DIPTYCH_TRY(write_closed(disk, copy, mark_of(*found.last)));
        return done;
    }

    /// As `cp -r` would do it: everything but what tells one file from another.
    void copy_by_hand() {
        disk.make_directories(copy.root).or_throw();
        disk.make_directories(copy.log()).or_throw();
        for (auto const& [path, content] : disk.all())
            if (path.starts_with("/copy/")) disk.remove(path).or_throw();
        for (auto const& [path, content] : disk.all()) {
            if (!path.starts_with("/log/")) continue;
            auto const to = "/copy" + path.substr(4);
            disk.open(to, storage::file_mode::create_new).or_throw()->write(0, content).or_throw();
        }
        disk.make_durable();
    }
};

}  // namespace diptych::log::segments
