#include "log/segments/index_lists.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::log::segments {

namespace {

constexpr std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
constexpr std::uint64_t read_back(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// Columns first, last, before, homes, body from `column` on.
chunk chunk_at(sqlite::statement const& row, int column) {
    return {
        .first = position{read_back(row.integer(column))},
        .last = position{read_back(row.integer(column + 1))},
        .before = version{read_back(row.integer(column + 2))},
        .homes = read_back(row.integer(column + 3)),
        .body = std::string{row.blob(column + 4)},
    };
}

}  // namespace

result<list_writer> list_writer::prepare(sqlite::database const& in, index_limits const& limits) {
    list_writer made;
    made.limits_ = limits;
    DIPTYCH_TRY(
        made.insert_recent_,
        in.prepare("insert into recent_postings values (?1, ?2, ?3, ?4, ?5, ?6)")
    );
    DIPTYCH_TRY(made.count_recent_, in.prepare("select count(*) from recent_postings"));
    DIPTYCH_TRY(
        made.next_recent_,
        in.prepare("select key, first, last, before, homes, body from recent_postings "
                   "where key >= ?1 order by key, first limit ?2")
    );
    DIPTYCH_TRY(
        made.delete_recent_,
        in.prepare("delete from recent_postings where key >= ?1 and key <= ?2 and "
                   "(key, first) <= (?2, ?3)")
    );
    DIPTYCH_TRY(
        made.last_settled_,
        in.prepare("select first, last, before, homes, body from postings "
                   "where key = ?1 order by first desc limit 1")
    );
    DIPTYCH_TRY(
        made.put_settled_,
        in.prepare("insert or replace into postings values (?1, ?2, ?3, ?4, ?5, ?6)")
    );
    return made;
}

result<void> list_writer::count_recent() {
    if (is_counted_) return {};
    DIPTYCH_TRY(count_recent_.step());
    recent_count_ = count_recent_.integer(0);
    is_counted_ = true;
    count_recent_.reset();
    return {};
}

result<void> list_writer::add(std::span<keyed_chunk const> chunks) {
    DIPTYCH_TRY(count_recent());
    std::string key;
    for (auto const& [kind, text, what] : chunks) {
        key.assign(1, kind).append(text);
        DIPTYCH_TRY(put(insert_recent_, key, what));
    }
    recent_count_ += stored(chunks.size());
    while (recent_count_ > limits_.recent_rows_max) DIPTYCH_TRY(settle_piece());
    return {};
}

result<void> list_writer::settle_piece() {
    std::vector<row> rows;
    next_recent_.bind_blob(1, hand_).bind(2, limits_.settle_rows);
    for (;;) {
        DIPTYCH_TRY(auto const is_row, next_recent_.step());
        if (!is_row) break;
        rows.push_back({std::string{next_recent_.blob(0)}, chunk_at(next_recent_, 1)});
    }
    next_recent_.reset();
    if (stored(rows.size()) < limits_.settle_rows) {
        hand_.clear();
    } else {
        hand_ = rows.back().key;  // Perhaps with more rows, which are newer than those taken.
    }
    if (rows.empty()) return {};

    for (auto begin = rows.begin(); begin != rows.end();) {
        auto const end = std::find_if(begin, rows.end(), [&](row const& other) {
            return other.key != begin->key;
        });
        DIPTYCH_TRY(settle({begin, end}));
        begin = end;
    }

    delete_recent_.bind_blob(1, rows.front().key).bind_blob(2, rows.back().key);
    DIPTYCH_TRY(delete_recent_.bind(3, stored(rows.back().what.first.value)).run());
    recent_count_ -= stored(rows.size());
    return {};
}

result<void> list_writer::settle(std::span<row const> rows_of_one_key) {
    auto const& key = rows_of_one_key.front().key;
    chunk open;
    DIPTYCH_TRY(auto const is_known, last_settled_.bind_blob(1, key).step());
    if (is_known) open = chunk_at(last_settled_, 0);
    last_settled_.reset();

    for (auto const& [_, next] : rows_of_one_key) {
        auto const before = open.before + open.homes;
        auto const is_later = open.body.empty() || open.last < next.first;
        if (!is_later || next.body.empty() || (next.homes > 0 && next.before != before))
            return fail(
                errc::corrupt,
                "damaged_index",
                "in the index, the events of " + key.substr(1) + " at position " +
                    std::to_string(next.first.value) + " do not follow those at " +
                    std::to_string(open.last.value) + ", version " + std::to_string(before.value)
            );
        if (open.body.empty()) {
            open = next;
            open.before = before;
        } else if (joined_size(open, next) <= chunk_body_max(key.size())) {
            join(open, next);
        } else {
            DIPTYCH_TRY(put(put_settled_, key, open));
            open = next;
            open.before = before;
        }
    }
    return put(put_settled_, key, open);
}

result<void> list_writer::put(sqlite::statement& insert, std::string_view key, chunk const& what) {
    insert.bind_blob(1, key)
        .bind(2, stored(what.first.value))
        .bind(3, stored(what.last.value))
        .bind(4, stored(what.before.value))
        .bind(5, stored(what.homes))
        .bind_blob(6, what.body);
    return insert.run();
}

}  // namespace diptych::log::segments
