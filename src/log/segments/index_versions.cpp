#include "log/segments/index_batch.hpp"
#include "log/segments/index_chunk_row.hpp"
#include "log/segments/index_reader.hpp"

#include <diptych/try.hpp>

namespace diptych::log::segments {

namespace {

std::string name_key(std::string_view stream) {
    return list_key(static_cast<char>(posting_kind::name), stream);
}

}  // namespace

result<std::optional<version>> index_reader::last_version(std::string_view stream) {
    auto const key = name_key(stream);
    auto& [settled, recent] = tables_;
    {
        auto& rows = recent.descending;
        auto const closing = reading{rows};
        rows.bind_blob(1, key).bind(2, stored_max);
        for (;;) {
            DIPTYCH_TRY(auto const is_row, rows.step());
            if (!is_row) break;
            // Without home events a recent chunk does not know the version.
            if (auto const head = chunk_row{rows}; head.homes > 0) return head.after();
        }
    }
    auto& rows = settled.descending;
    auto const closing = reading{rows};
    DIPTYCH_TRY(auto const is_row, rows.bind_blob(1, key).bind(2, stored_max).step());
    if (!is_row || chunk_row{rows}.after().value == 0) return std::nullopt;
    return chunk_row{rows}.after();
}

// First position of the settled chunk that holds the version, by halving the range of positions:
// chunks are in the order of both.
result<std::optional<position>> index_reader::chunk_of_version(
    std::string_view key, version wanted
) {
    auto& rows = tables_[0].descending;
    auto const chunk_before = [&](position end) -> result<std::optional<chunk_row>> {
        auto const closing = reading{rows};
        DIPTYCH_TRY(auto const is_row, rows.bind_blob(1, key).bind(2, stored(end)).step());
        if (!is_row) return std::nullopt;
        return chunk_row{rows};
    };

    DIPTYCH_TRY(auto const newest, chunk_before(position{stored_max}));
    if (!newest || newest->after() < wanted) return std::nullopt;
    if (newest->before < wanted) return newest->first;
    auto low = position{1};     // The chunk begins at or after low,
    auto high = newest->first;  // and before high.
    while (low < high) {
        auto const middle = low + (high.value - low.value) / 2;
        DIPTYCH_TRY(auto const found, chunk_before(middle + 1));
        if (!found || found->after() < wanted) {
            low = middle + 1;
        } else if (found->before >= wanted && found->first <= middle) {
            high = found->first;
        } else if (found->before >= wanted) {
            break;  // a negative number for its first position: the row is damaged
        } else {
            return found->first;
        }
    }
    return fail(
        errc::corrupt,
        "damaged_index",
        "the index has no version " + std::to_string(wanted.value) + " of " +
            std::string{key.substr(1)} + ", but later ones"
    );
}

result<std::vector<position>> index_reader::from_version(
    std::string_view stream, version from, std::size_t limit
) {
    from = std::max(from, version{1});
    auto const key = name_key(stream);
    DIPTYCH_TRY(auto const start, chunk_of_version(key, from));

    std::vector<position> found;
    for (auto& table : tables_) {
        auto const is_settled = &table == &tables_.front();
        if (is_settled && !start) continue;
        if (found.size() >= limit) break;
        auto& rows = table.ascending;
        auto const closing = reading{rows};
        rows.bind_blob(1, key).bind(2, is_settled ? stored(*start) : 0);
        while (found.size() < limit) {
            DIPTYCH_TRY(auto const is_row, rows.step());
            if (!is_row) break;
            auto const head = chunk_row{rows};
            if (head.homes == 0 || head.after() < from) continue;
            DIPTYCH_TRY(unpack(rows, unpacked_));
            auto at_version = head.before;
            for (auto const& [at, is_home] : unpacked_) {
                if (found.size() >= limit) break;
                if (is_home && ++at_version >= from) found.push_back(at);
            }
        }
    }
    return found;
}

}  // namespace diptych::log::segments
