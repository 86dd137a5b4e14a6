#include "log/segments/reading_engine.hpp"

#include "log/segments/segment_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::log::segments {

namespace {

std::unexpected<error> read_only() {
    return fail(errc::denied, "read_only", "this process has opened the log for reading only");
}

}  // namespace

reading_engine::reading_engine(
    storage::disk& on,
    folder in,
    uuid const& log_id,
    segment_options options,
    std::optional<durable_mark> closed
)
    : segment_engine(on, std::move(in), log_id, std::move(options)), closed_(closed) {
    list_.sealed = std::make_shared<std::vector<segment_entry> const>();
    end_.log_id = log_id;
}

result<std::unique_ptr<segment_engine>> reading_engine::open(
    storage::disk& on, folder const& in, segment_options options
) {
    DIPTYCH_TRY(auto const log_id, read_format(on, in));
    if (!log_id) return fail(errc::not_found, fmt::format("{} has no log", in.root.native()));
    DIPTYCH_TRY(auto const closed, read_closed(on, in, *log_id));
    auto opened = std::make_unique<reading_engine>(on, in, *log_id, std::move(options), closed);
    auto const lock = std::scoped_lock(opened->mutex_);
    DIPTYCH_TRY(opened->load(opened->limit()));
    return std::unique_ptr<segment_engine>{std::move(opened)};
}

// Without its index a log can still be read, but for what is old and asked for by name.
segments::index const* reading_engine::usable_index() const {
    auto const lock = std::scoped_lock(opening_index_);
    if (found_index_ || !options_.indexed) return found_index_.get();
    auto opened = index::open({folder_.index(), options_.index_on}, log_id_, index::mode::reader);
    if (!opened) return nullptr;
    // One that is ahead is clamped by whoever reads; one of another line knows nothing of this one.
    auto const at = (*opened)->checkpoint();
    if (at.position <= end().position && !passed(at.position, at.chain).value_or(false))
        return nullptr;
    found_index_ = std::move(*opened);
    return found_index_.get();
}

// How far the writer says, or has said, that the log is durable. Under mutex_.
std::optional<durable_mark> reading_engine::limit() const {
    if (!watermark_) {
        auto page = disk_.share(folder_.watermark(), false);
        if (page) watermark_.emplace(std::move(*page));
    }
    auto newest = watermark_ ? watermark_->load(log_id_) : std::nullopt;
    if (!newest || (closed_ && closed_->is_beyond(*newest))) newest = closed_;
    return newest;
}

// Also of a log that shows nothing yet: of its only segment no more than the header can be read.
std::vector<epoch_start> reading_engine::epochs() const {
    auto all = segment_engine::epochs();
    if (!all.empty()) return all;
    segment_key const first{.log_id = log_id_, .first = position{1}};
    auto const path = folder_.segment(first.first);
    auto const on = disk_.open(path, storage::file_mode::read_only);
    if (!on && on.error().kind == errc::not_found)
        return {{.epoch = epoch{1}, .first = first.first}};
    if (!on) return {};
    auto const header = read_segment_header(**on, path, first);
    if (!header) return {};
    return {{.epoch = header->epoch, .first = first.first}};
}

log_end reading_engine::end() const {
    auto const lock = std::scoped_lock(mutex_);
    auto const said = limit();
    return said && said->position > end_.position ? said->end() : end_;
}

result<segment_engine::moment> reading_engine::now() const {
    auto const lock = std::scoped_lock(mutex_);
    DIPTYCH_TRY(refresh(limit()));
    return moment{.list = list_, .end = end_};
}

result<void> reading_engine::refresh(std::optional<durable_mark> const& limit) const {
    if (!limit) return {};
    if (!list_.open || list_.open->header().first != limit->segment) {
        auto const known = list_.sealed->empty() ? position{} : list_.sealed->back().first();
        if (limit->segment <= known) return {};
        return load(limit);
    }
    if (limit->offset <= list_.open_end) return {};
    DIPTYCH_TRY(scan_over_damage(*list_.open, limit->offset));
    list_.open_end = limit->offset;
    list_.last = limit->position;
    end_ = limit->end();
    return {};
}

// A segment's entry; what is damaged in header or trailer is worked out from what is around it.
result<segment_entry> reading_engine::read_entry(
    position first, segment_entry const* before, bool must_be_sealed
) const {
    auto path = folder_.segment(first);
    segment_key const named{.log_id = log_id_, .first = first};
    auto opened = disk_.open(path, storage::file_mode::read_only);
    if (!opened && opened.error().kind == errc::not_found)
        return fail(errc::corrupt, "missing_segment", path.native() + " is missing");
    if (!opened) return std::unexpected(opened.error());
    auto on = std::move(*opened);
    auto header = read_segment_header(*on, path, named);
    if (!header && header.error().kind != errc::corrupt) return std::unexpected(header.error());
    if (!header) {
        header = segment_header{
            .log_id = log_id_,
            .epoch = before ? before->header.epoch : epoch{1},
            .first = first,
            .previous = before ? before->first() : position{},
            .chain = before ? before->extent.chain : hash256{},
            .recorded_at = before ? before->extent.last_recorded : timestamp{},
        };
    }
    segment_entry entry{.path = path, .header = *header, .extent = {}};
    DIPTYCH_TRY(auto const footer, read_segment_footer(*on, named));
    if (footer) {
        entry.extent = footer->extent;
    } else if (must_be_sealed) {
        DIPTYCH_TRY(auto const size, on->size());
        segment worked_out(path, *header, std::move(on));
        DIPTYCH_TRY(scan_over_damage(worked_out, size));
        entry.extent = worked_out.extent();
    }
    return entry;
}

// Lists the segments anew: sealed ones, and the open one as far as `limit`. Under mutex_.
result<void> reading_engine::load(std::optional<durable_mark> const& limit) const {
    DIPTYCH_TRY(auto firsts, list_segments(disk_, folder_));
    // The newest sealed one is durable even if the mark is older: it survives a power cut, and the
    // mark need not.
    while (!firsts.empty()) {
        DIPTYCH_TRY(auto const entry, read_entry(firsts.back(), nullptr, false));
        auto const is_sealed = entry.extent.frame_count > 0;
        if (is_sealed || (limit && firsts.back() < limit->segment)) break;
        firsts.pop_back();
    }
    std::vector<segment_entry> sealed;
    for (auto const first : firsts) {
        auto const known = std::ranges::find(*list_.sealed, first, &segment_entry::first);
        if (known != list_.sealed->end()) {
            sealed.push_back(*known);
            continue;
        }
        auto const* const before = sealed.empty() ? nullptr : &sealed.back();
        DIPTYCH_TRY(auto entry, read_entry(first, before, true));
        sealed.push_back(std::move(entry));
    }
    segment_list list;
    auto end = end_;
    if (!sealed.empty()) {
        auto const& last = sealed.back();
        end.epoch = last.header.epoch;
        end.position = last.last();
        end.chain = last.extent.chain;
        end.recorded_at = last.extent.last_recorded;
    }
    if (limit && (firsts.empty() || firsts.back() < limit->segment)) {
        auto const* const before = sealed.empty() ? nullptr : &sealed.back();
        DIPTYCH_TRY(auto entry, read_entry(limit->segment, before, false));
        DIPTYCH_TRY(auto on, disk_.open(entry.path, storage::file_mode::read_only));
        list.open = std::make_shared<segment>(entry.path, entry.header, std::move(on));
        DIPTYCH_TRY(scan_over_damage(*list.open, limit->offset));
        list.open_end = limit->offset;
        end = limit->end();
    }
    list.sealed = std::make_shared<std::vector<segment_entry> const>(std::move(sealed));
    list.last = end.position;
    list_ = std::move(list);
    end_ = end;
    return {};
}

result<void> reading_engine::writable() const { return read_only(); }
result<void> reading_engine::write(frame&) { return read_only(); }
result<void> reading_engine::merge(std::span<frame_ptr const>) { return read_only(); }
result<void> reading_engine::save_state(std::string_view, std::string_view) { return {}; }
result<bool> reading_engine::maintain(timestamp) { return false; }

result<void> reading_engine::reopen() {
    auto const lock = std::scoped_lock(mutex_);
    return load(limit());
}

result<void> reading_engine::close() {
    auto const lock = std::scoped_lock(opening_index_);
    if (!found_index_) return {};
    auto closed = found_index_->close();
    found_index_.reset();
    return closed;
}

}  // namespace diptych::log::segments
