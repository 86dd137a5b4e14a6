#include "read/run_query.hpp"

#include "log/hash.hpp"
#include "read/bind_cells.hpp"
#include "read/cursor.hpp"
#include "read/query_parse.hpp"
#include "read/query_sql.hpp"
#include "read/row_json.hpp"
#include "read/row_permission.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <functional>

namespace diptych::read {

namespace {

// An answer ends with the row that brings it to so many bytes.
constexpr std::size_t rows_bytes_max = 8u << 20;
constexpr std::size_t live_bytes_max = 512u << 10;  // half of what may wait in a stream

std::vector<cell> order_values(sqlite::statement const& row, view_query const& query) {
    std::vector<cell> values;
    auto at = static_cast<int>(query.select.size());
    for (std::size_t i = 0; i < query.order.size(); ++i) values.push_back(cell_of(row, at++));
    return values;
}

// All columns of the key are among the order's.
std::string key_of(sqlite::statement const& row, view_query const& query, table const& of) {
    std::string key;
    auto separator = '{';
    for (auto const& name : of.key) {
        auto at = static_cast<int>(query.select.size());
        for (auto const& term : query.order) {
            if (term.by.keys.empty() && term.by.of->name == name) break;
            ++at;
        }
        key += std::exchange(separator, ',');
        json::append_quoted(key, name);
        key += ':';
        append_value(key, row, at, of.find(name)->type);
    }
    return key + '}';
}

result<void> check_live(view_query const& query) {
    if (query.page) return refuse_parameter("page", "has no place in a live query");
    if (query.cursor) return refuse_parameter("cursor", "has no place in a live query");
    if (query.limit <= live_rows_max) return {};
    return refuse_parameter("limit", fmt::format("is 1 to {} in a live query", live_rows_max));
}

// Nothing says where a page that was cut short goes on.
std::unexpected<error> page_too_big(std::size_t rows) {
    return refuse_parameter(
        "page",
        fmt::format(
            "has more than {} MiB in its first {} rows: ask for fewer with 'limit', or use cursors",
            rows_bytes_max >> 20,
            rows
        )
    );
}

result<void> read_live_rows(
    sqlite::statement& rows, view_query const& query, table const& of, query_answer& to
) {
    std::size_t bytes = 0;
    while (to.count < query.limit) {
        DIPTYCH_TRY(auto const there, rows.step());
        if (!there) break;
        ++to.count;
        auto& one = to.keyed.emplace_back(key_of(rows, query, of));
        append_row(one.row, rows, query.select);
        bytes += one.key.size() + one.row.size();
        if (bytes > live_bytes_max)
            return fail(
                errc::invalid,
                "live_query_too_big",
                fmt::format(
                    "a live query has at most {} KiB of rows: set a lower limit, or select less",
                    live_bytes_max >> 10
                )
            );
    }
    return {};
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
            if (query.page && to.count < query.limit) return page_too_big(to.count);
            if (query.page)
                to.next_page = *query.page + 1;
            else
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

result<void> select_rows(
    view_reader& reader,
    select_statement const& select,
    std::function<result<void>(sqlite::statement& rows)> const& read
) {
    DIPTYCH_TRY(auto* const rows, reader.prepare(select.sql));
    bind_cells(*rows, select.values);
    auto done = read(*rows);
    rows->reset();
    return done;
}

result<void> count_rows(
    view_reader& reader, view_query const& query, table const& of, counting how, query_answer& to
) {
    auto const most =
        how == counting::estimated ? std::optional{counted_cheaply_max + 1} : std::nullopt;
    auto const select = count_for(query, of, most);
    DIPTYCH_TRY(auto* const counts, reader.prepare(select.sql));
    bind_cells(*counts, select.values);
    auto const there = counts->step();
    if (there) to.total = static_cast<std::uint64_t>(counts->integer(0));
    counts->reset();
    if (!there) return std::unexpected(there.error());
    to.has_more = most && *to.total == *most;
    if (to.has_more) to.total = counted_cheaply_max;
    return {};
}

// `permission`: of a caller who may not see all rows, so that nobody takes his answer for
// another's.
std::string etag_of(queried_rows const& on, query_answer const& answer, std::uint32_t permission) {
    auto const total = answer.total ? std::to_string(*answer.total) : std::string{};
    return log::to_hex(
               log::sha256(
                   {on.version, "\n", total, "\n", std::to_string(permission), "\n", answer.rows}
               )
    )
        .substr(0, 32);
}

}  // namespace

result<query_answer> run_query(
    queried_rows const& on,
    url_query_parameters const& parameters,
    query_options const& how,
    time_limit const& limit
) {
    DIPTYCH_TRY(auto query, parse_query(on.of, on.allowed, parameters));
    if (how.is_live) {
        DIPTYCH_TRY(check_live(query));
    }
    DIPTYCH_TRY(auto permitted, permitted_rows(on.of, on.allowed, how.caller));
    auto const is_limited = permitted.has_value();
    if (is_limited) query.where.push_back(*std::move(permitted));
    auto const seal = cursor_seal(query, on.version);
    std::vector<cell> after;
    if (query.cursor) {
        DIPTYCH_TRY(after, read_cursor(*query.cursor, seal, query.order.size()));
    }
    query_answer answer{.rows = {}, .cache_seconds = on.allowed.cache_seconds, .etag = {}};
    if (!query.cursor) answer.skipped = query.skipped();

    DIPTYCH_TRY(auto reader, on.readers.borrow());
    // All statements see the same snapshot: the first is not reset before the last is done.
    DIPTYCH_TRY(answer.at, reader->begin_snapshot());
    DIPTYCH_TRY(auto const parking, reader->parked());
    if (parking.is_diverged) answer.diverged = parking.parked;
    // A snapshot that stays keeps the file's WAL from being emptied.
    reader->interrupt_when([&time = limit.time, end = limit.time.now() + limit.most] {
        return time.now() >= end;
    });
    auto const select = select_for(query, on.of, after);
    auto done = select_rows(*reader, select, [&](sqlite::statement& rows) {
        return how.is_live ? read_live_rows(rows, query, on.of, answer)
                           : read_rows(rows, query, seal, answer);
    });
    if (done && how.count != counting::none)
        done = count_rows(*reader, query, on.of, how.count, answer);
    reader->end_snapshot();
    if (!done && done.error().code == "interrupted")
        return fail(
            errc::unavailable,
            "query_too_long",
            fmt::format(
                "the query took longer than {} s and was ended: ask for less, or declare an index",
                std::chrono::duration<double>(limit.most).count()
            )
        );
    if (!done) return std::unexpected(done.error());
    answer.is_private = !on.allowed.allow.empty();
    answer.version = on.version;
    // At one position there are other rows when parked events have been tried again.
    if (parking.changes > 0) answer.version += '+' + std::to_string(parking.changes);
    if (how.is_live) return answer;
    answer.etag = etag_of(on, answer, is_limited ? seal : 0);
    return answer;
}

}  // namespace diptych::read
