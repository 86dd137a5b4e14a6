#include "log/segments/index_ids.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace diptych::log::segments {

namespace {

using packed_entry = std::array<unsigned char, id_entry_size>;

template <class T>
unsigned char* put_big_endian(unsigned char* to, T value) {
    for (auto shift = int{8 * sizeof(T)}; shift > 0;)
        *to++ = static_cast<unsigned char>(value >> (shift -= 8));
    return to;
}

// Big-endian, so that entries sort as their bytes.
packed_entry pack(id_entry const& entry) {
    packed_entry made;
    std::memcpy(made.data(), entry.id.bytes.data(), entry.id.bytes.size());
    auto* const rest = put_big_endian(made.data() + entry.id.bytes.size(), entry.stream_hash);
    put_big_endian(rest, entry.at.value);
    return made;
}

std::string_view bytes_of(std::span<packed_entry const> entries) {
    return {reinterpret_cast<char const*>(entries.data()), entries.size_bytes()};
}
std::string_view bytes_of(packed_entry const& entry) { return bytes_of(std::span{&entry, 1}); }

// Entries in a row, or none if it is damaged.
result<std::vector<packed_entry>> unpack_row(std::string_view body) {
    std::vector<packed_entry> entries(body.size() / id_entry_size);
    if (entries.size() * id_entry_size != body.size())
        return fail(errc::corrupt, "damaged_index", "a row of event ids has an odd length");
    if (!body.empty()) std::memcpy(entries.data(), body.data(), body.size());
    return entries;
}

}  // namespace

result<id_writer> id_writer::prepare(sqlite::database const& in) {
    id_writer made;
    DIPTYCH_TRY(
        made.row_for_,
        in.prepare("select first, body from event_ids where first <= ?1 "
                   "order by first desc limit 1")
    );
    DIPTYCH_TRY(
        made.row_after_,
        in.prepare("select first from event_ids where first > ?1 order by first limit 1")
    );
    DIPTYCH_TRY(made.put_, in.prepare("insert or replace into event_ids values (?1, ?2)"));
    return made;
}

result<void> id_writer::add(std::span<id_entry const> entries) {
    std::vector<packed_entry> fresh(entries.size());
    std::ranges::transform(entries, fresh.begin(), pack);

    for (auto begin = fresh.begin(); begin != fresh.end();) {
        DIPTYCH_TRY(auto const is_row, row_for_.bind_blob(1, bytes_of(*begin)).step());
        if (!is_row)
            return fail(errc::corrupt, "damaged_index", "the first row of event ids is missing");
        auto first = std::string{row_for_.blob(0)};
        auto old = unpack_row(row_for_.blob(1));
        row_for_.reset();
        if (!old) return std::unexpected(std::move(old).error());

        DIPTYCH_TRY(auto const has_next, row_after_.bind_blob(1, bytes_of(*begin)).step());
        auto const next = std::string{row_after_.blob(0)};
        row_after_.reset();
        auto const end = !has_next
                             ? fresh.end()
                             : std::partition_point(begin, fresh.end(), [&](auto const& entry) {
                                   return bytes_of(entry) < next;
                               });

        std::vector<packed_entry> all;
        all.reserve(old->size() + static_cast<std::size_t>(end - begin));
        std::merge(old->begin(), old->end(), begin, end, std::back_inserter(all));
        begin = end;

        // At the right edge rows are filled; elsewhere others will come in between.
        auto const rows = (all.size() + id_row_max - 1) / id_row_max;
        auto const per_row = has_next ? (all.size() + rows - 1) / rows : id_row_max;
        for (std::size_t from = 0; from < all.size(); from += per_row) {
            auto const count = std::min(per_row, all.size() - from);
            if (from > 0) first = bytes_of(all[from]);
            auto const body = std::span<packed_entry const>{all}.subspan(from, count);
            DIPTYCH_TRY(put_.bind_blob(1, first).bind_blob(2, bytes_of(body)).run());
        }
    }
    return {};
}

result<id_reader> id_reader::prepare(sqlite::database const& in) {
    id_reader made;
    DIPTYCH_TRY(
        made.rows_from_,
        in.prepare("select body from event_ids where first >= (select max(first) from event_ids "
                   "where first <= ?1) order by first")
    );
    return made;
}

result<std::vector<position>> id_reader::find(uuid const& id, std::uint32_t stream_hash) {
    auto const lowest = pack({.id = id, .stream_hash = stream_hash, .at = position{}});
    auto const prefix = bytes_of(lowest).substr(0, id_entry_size - sizeof(std::uint64_t));
    std::vector<position> found;
    rows_from_.bind_blob(1, bytes_of(lowest));
    for (auto is_done = false; !is_done;) {
        DIPTYCH_TRY(auto const is_row, rows_from_.step());
        if (!is_row) break;
        auto const entries = unpack_row(rows_from_.blob(0));
        if (!entries) {
            rows_from_.reset();
            return std::unexpected(entries.error());
        }
        auto at = std::ranges::lower_bound(*entries, lowest);
        for (; at != entries->end() && bytes_of(*at).starts_with(prefix); ++at) {
            std::uint64_t value = 0;
            for (auto const byte : bytes_of(*at).substr(prefix.size()))
                value = value << 8 | static_cast<unsigned char>(byte);
            found.push_back(position{value});
        }
        is_done = at != entries->end();
    }
    rows_from_.reset();
    return found;
}

}  // namespace diptych::log::segments
