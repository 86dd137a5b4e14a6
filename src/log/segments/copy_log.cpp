#include "log/segments/copy_log.hpp"

#include "log/segments/copy_bytes.hpp"
#include "log/segments/segment_scan.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::log::segments {

namespace {

// One segment to copy: how far, and what it must turn out to hold.
struct source {
    segment_entry entry;
    std::uint64_t bytes;
    bool is_sealed;
};

result<std::vector<source>> sources_of(storage::disk& on, segment_list const& what) {
    std::vector<source> all;
    for (auto const& entry : *what.sealed) {
        DIPTYCH_TRY(auto const file, on.open(entry.path, storage::file_mode::read_only));
        DIPTYCH_TRY(auto const footer, read_segment_footer(*file, entry.header.key()));
        if (!footer)
            return corrupt_at(
                segment(entry.path, entry.header, nullptr),
                entry.extent.frames_end,
                entry.last() + 1,
                "its trailer is damaged"
            );
        all.push_back({.entry = entry, .bytes = footer->file_size(), .is_sealed = true});
    }
    if (what.open) {
        auto entry = what.open->entry();
        entry.extent.frames_end = what.open_end;
        all.push_back({.entry = std::move(entry), .bytes = what.open_end, .is_sealed = false});
    }
    return all;
}

// The trailer is worked out again from the frames: tables and footer have to be what they were.
result<void> check_trailer(segment const& copy, source const& of) {
    auto const end = copy.extent().frames_end;
    auto const expected = copy.trailer();
    std::string found(of.bytes - end, '\0');
    DIPTYCH_TRY(read_exactly(copy.on(), copy.path(), end, found));
    if (found == expected) return {};
    return corrupt_at(copy, end, copy.last() + 1, "the trailer says otherwise");
}

result<void> check(std::unique_ptr<storage::file> copy, source const& of) {
    auto const& path = of.entry.path;  // what is wrong in the copy is wrong there
    DIPTYCH_TRY(auto const header, read_segment_header(*copy, path, of.entry.header.key()));
    segment whole(path, header, std::move(copy));
    DIPTYCH_TRY(auto const stopped, scan(whole, of.entry.extent.frames_end));
    if (stopped) return std::unexpected(*stopped);
    return of.is_sealed ? check_trailer(whole, of) : result<void>{};
}

class copier {
public:
    copier(storage::disk& on, folder const& to, copy_options const& how)
        : on_(on), to_(to), how_(how) {}

    result<copied_segments> copy(std::vector<source> const& all) {
        DIPTYCH_TRY(remove_if_there(on_, to_.next_segment(), to_.log()));
        std::vector<source const*> missing;
        for (auto const& one : all) {
            DIPTYCH_TRY(auto const is_there, has(one));
            if (is_there) continue;
            missing.push_back(&one);
            to_do_ += one.bytes;
        }
        for (auto const* const one : missing) {
            auto const copied = copy(*one);
            if (copied) continue;
            // A disk that is full is not to stay so.
            (void)remove_if_there(on_, to_.next_segment(), to_.log());
            return std::unexpected(copied.error());
        }
        return done_;
    }

private:
    // A sealed segment never changes; the last one of the copy may have been cut anywhere.
    result<bool> has(source const& of) {
        auto const path = to_.segment(of.entry.first());
        DIPTYCH_TRY(auto const there, on_.exists(path));
        if (!there || !of.is_sealed) return false;
        DIPTYCH_TRY(auto file, on_.open(path, storage::file_mode::read_only));
        DIPTYCH_TRY(auto const footer, read_segment_footer(*file, of.entry.header.key()));
        auto const is_alike = footer && footer->extent.chain == of.entry.extent.chain &&
                              footer->file_size() == of.bytes;
        if (!is_alike || !how_.check_kept) return is_alike;
        auto const checked = check(std::move(file), of);
        if (!checked && checked.error().kind != errc::corrupt)
            return std::unexpected(checked.error());
        return checked.has_value();
    }

    result<void> copy(source const& of) {
        auto const next = to_.next_segment();
        {
            DIPTYCH_TRY(auto const from, on_.open(of.entry.path, storage::file_mode::read_only));
            DIPTYCH_TRY(auto const made, on_.open(next, storage::file_mode::create_new));
            auto const tell = [&](std::uint64_t bytes) {
                done_.bytes += bytes;
                if (how_.progress) how_.progress(done_.bytes, to_do_);
            };
            DIPTYCH_TRY(copy_bytes(*from, *made, 0, of.bytes, tell));
            DIPTYCH_TRY(made->sync());
        }
        DIPTYCH_TRY(auto copied, on_.open(next, storage::file_mode::read_only));
        DIPTYCH_TRY(check(std::move(copied), of));
        DIPTYCH_TRY(on_.rename(next, to_.segment(of.entry.first())));
        DIPTYCH_TRY(on_.sync_directory(to_.log()));
        ++done_.segments;
        return {};
    }

    storage::disk& on_;
    folder const& to_;
    copy_options const& how_;
    std::uint64_t to_do_ = 0;
    copied_segments done_ = {};
};

}  // namespace

result<copied_segments> copy_log(
    storage::disk& on, standing_log const& what, folder const& to, copy_options const& how
) {
    DIPTYCH_TRY(auto const all, sources_of(on, what.list));
    return copier(on, to, how).copy(all);
}

namespace {

// Whether a segment of a copy is the log's: the same, as far as the copy has it, or replaced by the
// one that has its name. Without events it may be of the epoch that ended there.
bool is_of(segment_list const& log, segment_header const& header, bool is_empty_last) {
    auto const is_it = [&](segment_header const& one) {
        return one.first == header.first && (one.epoch == header.epoch || is_empty_last);
    };
    return (log.open && is_it(log.open->header())) ||
           std::ranges::any_of(*log.sealed, is_it, &segment_entry::header);
}

bool are_all_of(segment_list const& log, inspection const& copy) {
    auto const& last = *copy.last;
    return is_of(log, last.header(), last.extent().event_count == 0) &&
           std::ranges::all_of(copy.sealed, [&](segment_entry const& one) {
               return is_of(log, one.header, false);
           });
}

}  // namespace

result<void> check_earlier(
    folder const& copy, inspection const& earlier, standing_log const& what, segment_cache& cache
) {
    if (!earlier.last) return {};
    auto const last = earlier.last->last();
    if (last > what.end.position)
        return fail(
            errc::conflict,
            "other_history",
            fmt::format(
                "{} reaches position {}, but the log ends at {}: the log was put back to an older "
                "state, and the copy has what is lost there; make another copy",
                copy.root.native(),
                last.value,
                what.end.position.value
            )
        );
    DIPTYCH_TRY(
        auto const is_beginning,
        log_reader(what.list, cache).passed(last, earlier.last->extent().chain)
    );
    if (is_beginning && are_all_of(what.list, earlier)) return {};
    return fail(
        errc::conflict,
        "other_history",
        fmt::format(
            "{} is a copy of another line of history: what it has up to position {} is not what "
            "the log has; make another copy",
            copy.root.native(),
            last.value
        )
    );
}

}  // namespace diptych::log::segments
