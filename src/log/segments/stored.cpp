// What copies of the log that are kept up to date are sent.
#include "log/stored.hpp"

#include "log/segments/segment_engine.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace diptych::log::segments {

namespace {

std::unexpected<error> other_history(position at) {
    return fail(
        errc::conflict,
        "other_history",
        fmt::format(
            "the copy has another line of history: what it has up to position {} is not what the "
            "log has",
            at.value
        )
    );
}

// How far a sealed segment reaches: all there is of it.
result<std::uint64_t> reach_of(storage::file const& file, segment_entry const& of) {
    DIPTYCH_TRY(auto const footer, read_segment_footer(file, of.header.key()));
    if (footer) return footer->file_size();
    return fail(errc::corrupt, fmt::format("{}: its trailer is damaged", of.path.native()));
}

}  // namespace

result<stored_piece> segment_engine::stored(stored_place const& from, std::size_t bytes_max) const {
    DIPTYCH_TRY(auto const here, now());
    log_reader const line(here.list, cache_);
    if (from.at.value > 0) {
        DIPTYCH_TRY(auto const is_ours, line.passed(from.at, from.chain));
        if (!is_ours) return other_history(from.at);
    }
    stored_piece made{.log_id = log_id_, .end = {here.end.epoch, here.end.position}};
    auto all = *here.list.sealed;
    auto const sealed = all.size();
    if (here.list.open) all.push_back(here.list.open->entry());
    auto const wanted =
        from.segment.value == 0 && !all.empty() ? all.front().first() : from.segment;
    auto const found = std::ranges::find(all, wanted, &segment_entry::first);
    if (found == all.end())
        return all.empty() ? result<stored_piece>{made} : other_history(from.at);
    if (from.offset > 0 && from.epoch != found->header.epoch) return other_history(from.at);
    auto const index = static_cast<std::size_t>(found - all.begin());
    made.segment = wanted;
    made.offset = from.offset;
    made.is_sealed = index < sealed;
    if (index + 1 < all.size()) made.next = all[index + 1].first();
    DIPTYCH_TRY(auto const file, disk_.open(found->path, storage::file_mode::read_only));
    made.size = here.list.open_end;
    if (made.is_sealed) {
        DIPTYCH_TRY(made.size, reach_of(*file, *found));
    }
    if (from.offset > made.size) return other_history(from.at);
    // A header comes whole.
    auto const most = std::max<std::uint64_t>(bytes_max, segment_header_size);
    made.bytes.resize(std::min(made.size - from.offset, most));
    DIPTYCH_TRY(read_exactly(*file, found->path, from.offset, made.bytes));
    return made;
}

}  // namespace diptych::log::segments
