#include "log/segments/recovery.hpp"

#include "base/planted_bug.hpp"
#include "log/segments/frame_cursor.hpp"
#include "log/segments/segment_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::log::segments {

namespace {

std::unexpected<error> missing(position first, std::string message) {
    auto failure = fail(errc::corrupt, "missing_segment", std::move(message));
    failure.error().facts.emplace_back("position", fmt::to_string(first.value));
    return failure;
}

// The segments must form one line.
result<void> check_link(
    folder const& in, segment_entry const& before, segment_header const& header, auto const& path
) {
    if (header.previous != before.first())
        return missing(
            before.last() + 1,
            fmt::format(
                "{} is missing: {} follows on it",
                in.segment(header.previous).native(),
                path.native()
            )
        );
    if (header.first == before.last() + 1 && header.chain == before.extent.chain &&
        header.epoch >= before.header.epoch)
        return {};
    return missing(
        header.first, fmt::format("{} does not follow on {}", path.native(), before.path.native())
    );
}

struct opened_file {
    std::filesystem::path path;
    std::unique_ptr<storage::file> on;
    segment_header header;
};

result<opened_file> open_segment(
    storage::disk& on, folder const& in, segment_key const& named, storage::file_mode mode
) {
    auto path = in.segment(named.first);
    DIPTYCH_TRY(auto opened, on.open(path, mode));
    DIPTYCH_TRY(auto const header, read_segment_header(*opened, path, named));
    return opened_file{.path = std::move(path), .on = std::move(opened), .header = header};
}

result<void> inspect_sealed(
    storage::disk& on,
    folder const& in,
    uuid const& log_id,
    std::span<position const> firsts,
    inspection& found
) {
    for (auto const first : firsts) {
        segment_key const named{.log_id = log_id, .first = first};
        DIPTYCH_TRY(auto const one, open_segment(on, in, named, storage::file_mode::read_only));
        if (!found.sealed.empty()) {
            DIPTYCH_TRY(check_link(in, found.sealed.back(), one.header, one.path));
        }
        DIPTYCH_TRY(auto const footer, read_segment_footer(*one.on, named));
        if (!footer)
            return missing(
                first,
                fmt::format(
                    "{} is not the last segment but has no valid trailer", one.path.native()
                )
            );
        found.sealed.push_back({.path = one.path, .header = one.header, .extent = footer->extent});
    }
    return {};
}

bool is_what(segment_extent const& a, segment_extent const& b) {
    return a.frames_end == b.frames_end && a.frame_count == b.frame_count &&
           a.event_count == b.event_count && a.chain == b.chain;
}

frame_place tail_of(segment const& in) {
    auto const extent = in.extent();
    // The frame that should stand here is broken; a later one would prove that it was durable.
    return {extent.frames_end, in.last() + 1, extent.frame_count + 1};
}

// Where the frames of a segment end that is not sealed. What another process was writing when it
// was looked at is whole before anything follows on it: only what is found twice is damage.
result<void> find_end(segment& last, std::uint64_t size, inspection& found) {
    std::uint64_t damaged_at = 0;
    while (true) {
        DIPTYCH_TRY(auto const stopped, scan(last, size));
        found.tail_is_zero = true;
        if (!stopped) return {};
        auto const end = last.extent().frames_end;
        DIPTYCH_TRY(auto const rest, search(last, tail_of(last), size));
        found.tail_is_zero = rest.is_zero;
        if (!rest.frame) return {};
        if (end == damaged_at)
            return corrupt_at(
                last,
                end,
                last.last() + 1,
                fmt::format(
                    "the frame here is damaged, but a valid one follows at offset {}",
                    rest.frame->offset
                )
            );
        damaged_at = end;
    }
}

result<void> inspect_last(
    storage::disk& on,
    folder const& in,
    segment_key const& named,
    storage::file_mode mode,
    inspection& found
) {
    DIPTYCH_TRY(auto one, open_segment(on, in, named, mode));
    if (!found.sealed.empty()) {
        DIPTYCH_TRY(check_link(in, found.sealed.back(), one.header, one.path));
    }
    DIPTYCH_TRY(auto const footer, read_segment_footer(*one.on, named));
    DIPTYCH_TRY(auto const size, one.on->size());
    auto const last = std::make_shared<segment>(one.path, one.header, std::move(one.on));
    found.last = last;
    found.last_is_sealed = footer.has_value();
    if (!footer) return find_end(*last, size, found);
    DIPTYCH_TRY(auto const stopped, scan(*last, footer->extent.frames_end));
    if (stopped) return std::unexpected(*stopped);
    if (is_what(last->extent(), footer->extent)) return {};
    return corrupt_at(
        *last, footer->extent.frames_end, last->last() + 1, "the trailer says otherwise"
    );
}

}  // namespace

segment_list list_of(inspection const& found) {
    return {
        .sealed = std::make_shared<std::vector<segment_entry> const>(found.sealed),
        .open = found.last,
        .last = found.last ? found.last->last() : position{},
        .open_end = found.last ? found.last->extent().frames_end : 0,
    };
}

namespace {

// Whether a checkpoint lies behind the last frame.
bool is_beyond(checkpoint const& one, segment const& last) {
    if (one.position > last.last()) return true;
    if (!one.mark) return false;
    auto const end = last.extent().frames_end;
    auto const first = last.header().first;
    return one.mark->segment > first || (one.mark->segment == first && one.mark->offset > end);
}

std::string sentence(checkpoint const& one, segment const& last, std::string_view what) {
    return fmt::format(
        "{} is at position {}, {} (it ends at position {}, {} offset {}): acknowledged events are "
        "lost, so nothing may be written",
        one.name,
        one.position.value,
        what,
        last.last().value,
        last.path().native(),
        last.extent().frames_end
    );
}

result<void> check(
    std::span<checkpoint const> checkpoints, segment_cache& cache, inspection& found
) {
    auto const list = list_of(found);
    log_reader const reader(list, cache);
    auto const& last = *found.last;
    for (auto const& one : checkpoints) {
        auto const beyond = is_beyond(one, last);
        if (beyond && !found.tail_is_zero)
            return corrupt_at(
                last,
                last.extent().frames_end,
                last.last() + 1,
                fmt::format("the frame here is damaged, but {} covers it", one.name)
            );
        auto on_line = result<bool>{true};
        if (!beyond) on_line = reader.passed(one.position, one.chain);
        if (!on_line) return std::unexpected(on_line.error());
        if (!beyond && *on_line) continue;
        auto const what = beyond ? "beyond the end of the log" : "but not of this line of history";
        found.loss = fail(errc::corrupt, "acknowledged_loss", sentence(one, last, what)).error();
    }
    return {};
}

}  // namespace

result<inspection> inspect(
    storage::disk& on,
    folder const& in,
    uuid const& log_id,
    std::span<checkpoint const> checkpoints,
    segment_cache& cache,
    storage::file_mode last
) {
    inspection found;
    DIPTYCH_TRY(auto const firsts, list_segments(on, in));
    if (firsts.empty()) {
        for (auto const& one : checkpoints)
            return missing(
                position{1},
                fmt::format(
                    "{} has no segments, but {} is at position {}",
                    in.log().native(),
                    one.name,
                    one.position.value
                )
            );
        return found;
    }
    if (firsts.front() != position{1})
        return missing(position{1}, fmt::format("{} is missing", in.segment(position{1}).native()));
    auto const sealed = std::span(firsts).first(firsts.size() - 1);
    DIPTYCH_TRY(inspect_sealed(on, in, log_id, sealed, found));
    segment_key const newest{.log_id = log_id, .first = firsts.back()};
    DIPTYCH_TRY(inspect_last(on, in, newest, last, found));
    DIPTYCH_TRY(check(checkpoints, cache, found));
    return found;
}

result<void> repair(storage::disk& on, folder const& in, inspection const& found) {
    DIPTYCH_TRY(remove_if_there(on, in.next_segment(), in.log()));
    auto& last = *found.last;
    auto const extent = last.extent();
    if (!found.tail_is_zero) {
        DIPTYCH_TRY(last.on().truncate(extent.frames_end));
    }
    // What the last process wrote may be in memory only, even where its sync failed: the kernel
    // reports that once. So the last frame is written again before anybody reads it.
    if (is_planted(bug::page_cache_trusted)) return {};
    frame_cursor cursor(last, last.frame_before(last.last()), extent.frames_end);
    std::string frame;
    auto begin = cursor.place();
    while (cursor.place().offset < extent.frames_end) {
        begin = cursor.place();
        DIPTYCH_TRY(auto const one, cursor.next());
        if (cursor.place().offset == extent.frames_end) frame = one->bytes;
    }
    if (!frame.empty()) {
        DIPTYCH_TRY(last.on().write(begin.offset, frame));
    }
    if (found.last_is_sealed) {
        DIPTYCH_TRY(last.on().write(extent.frames_end, last.trailer()));
    }
    DIPTYCH_TRY(last.on().sync());
    return on.sync_directory(in.log());
}

}  // namespace diptych::log::segments
