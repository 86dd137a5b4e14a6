#include "read/run_query.hpp"

#include "log/hash.hpp"
#include "read/bind_cells.hpp"
#include "read/cursor.hpp"
#include "read/query_sql.hpp"
#include "read/row_json.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::read {

namespace {

// An answer ends with the row that brings it to so many bytes.
constexpr std::size_t rows_bytes_max = 8u << 20;

std::vector<cell> order_values(sqlite::statement const& row, view_query const& query) {
    std::vector<cell> values;
    auto at = static_cast<int>(query.select.size());
    for (auto const& term : query.order) values.push_back(cell_of(row, at++, term.by->type));
    return values;
}

result<void> read_rows(
    sqlite::statement& rows, view_query const& query, std::uint32_t seal, query_answer& to
) {
    std::vector<cell> last;
    auto const is_full = [&] {
        return to.count == query.limit || to.rows.size() >= rows_bytes_max;
    };
    to.rows = "[";
    while (true) {
        DIPTYCH_TRY(auto const there, rows.step());
        if (!there) break;
        if (is_full()) {
            to.next = write_cursor(last, seal);
            break;
        }
        if (to.count++ > 0) to.rows += ',';
        append_row(to.rows, rows, query.select);
        if (is_full()) last = order_values(rows, query);
    }
    to.rows += ']';
    return {};
}

}  // namespace

result<query_answer> run_query(
    reader_pool& readers,
    table const& of,
    served const& allowed,
    std::string_view version,
    url_query_parameters const& parameters,
    time_limit const& limit
) {
    DIPTYCH_TRY(auto const query, parse_query(of, allowed, parameters));
    auto const seal = cursor_seal(query, version);
    std::vector<cell> after;
    if (query.cursor) {
        DIPTYCH_TRY(after, read_cursor(*query.cursor, seal, query.order.size()));
    }
    auto const select = select_for(query, of, after);

    query_answer answer;
    DIPTYCH_TRY(auto reader, readers.borrow());
    DIPTYCH_TRY(auto* const rows, reader->prepare(select.sql));
    // Both statements see the same snapshot, since the first is not reset before the second is
    // done.
    DIPTYCH_TRY(answer.at, reader->begin_snapshot());
    // A snapshot that stays keeps the file's WAL from being emptied.
    reader->interrupt_when([&time = limit.time, end = limit.time.now() + limit.most] {
        return time.now() >= end;
    });
    bind_cells(*rows, select.values);
    auto const read = read_rows(*rows, query, seal, answer);
    rows->reset();
    reader->end_snapshot();
    if (!read && read.error().code == "interrupted")
        return fail(
            errc::unavailable,
            "query_too_long",
            fmt::format(
                "the query took longer than {} s and was ended: ask for less, or declare an index",
                std::chrono::duration<double>(limit.most).count()
            )
        );
    if (!read) return std::unexpected(read.error());
    answer.etag = log::to_hex(log::sha256({version, "\n", answer.rows})).substr(0, 32);
    return answer;
}

}  // namespace diptych::read
