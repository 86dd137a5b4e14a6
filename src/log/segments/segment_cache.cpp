#include "log/segments/segment_list.hpp"
#include "log/segments/segment_scan.hpp"

#include <algorithm>
#include <string>

namespace diptych::log::segments {

namespace {

result<std::optional<segment_tables>> read_tables(
    storage::file const& from, segment_entry const& entry
) {
    DIPTYCH_TRY(auto const footer, read_segment_footer(from, entry.header.key()));
    if (!footer || footer->extent.frames_end != entry.extent.frames_end)
        return std::optional<segment_tables>{};
    std::string bytes(footer->tables_size(), '\0');
    DIPTYCH_TRY(read_exactly(from, entry.path, footer->extent.frames_end, bytes));
    return decode_tables(bytes, *footer);
}

}  // namespace

result<std::shared_ptr<segment const>> segment_cache::open(segment_entry const& entry) {
    {
        auto const lock = std::scoped_lock(mutex_);
        auto const is_it = [&](auto const& one) { return one->header().first == entry.first(); };
        auto const here = std::ranges::find_if(newest_first_, is_it);
        if (here != newest_first_.end()) {
            newest_first_.splice(newest_first_.begin(), newest_first_, here);
            return newest_first_.front();
        }
    }
    DIPTYCH_TRY(auto on, disk_.open(entry.path, storage::file_mode::read_only));
    DIPTYCH_TRY(auto tables, read_tables(*on, entry));
    std::shared_ptr<segment> opened;
    if (tables) {
        opened = std::make_shared<segment>(entry, std::move(on), std::move(*tables));
    } else {
        opened = std::make_shared<segment>(entry.path, entry.header, std::move(on));
        DIPTYCH_TRY(scan_over_damage(*opened, entry.extent.frames_end));
    }
    auto const lock = std::scoped_lock(mutex_);
    newest_first_.push_front(opened);
    bytes_ += opened->memory();
    while (newest_first_.size() > 1 &&
           (newest_first_.size() > most_.segments_max || bytes_ > most_.bytes_max)) {
        bytes_ -= newest_first_.back()->memory();
        newest_first_.pop_back();
    }
    return std::shared_ptr<segment const>{std::move(opened)};
}

}  // namespace diptych::log::segments
