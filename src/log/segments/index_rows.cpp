#include "log/segments/index_rows.hpp"

#include "log/segments/index_chunk_row.hpp"
#include "log/segments/index_ids.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace diptych::log::segments {

namespace {

constexpr char name_kind = static_cast<char>(posting_kind::name);

std::uint64_t load_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (auto const byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

// The lists of one of the two tables. `is_settled`: each chunk says the version before it.
result<void> each_posting(
    sqlite::database const& in, std::string_view table, bool is_settled, auto const& visit
) {
    DIPTYCH_TRY(
        auto rows,
        in.prepare(fmt::format(
            "select first, last, before, homes, body, key from {} order by key, first", table
        ))
    );
    std::vector<chunk_entry> entries;
    std::string list;
    version reached{};
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return {};
        auto const key = rows.blob(5);
        if (key.empty()) return wrong_index({}, "there is a list without a name");
        chunk_row const head(rows);
        if (auto const read = unpack(rows, entries); !read)
            return wrong_index(head.first, read.error().message);
        if (key != list) reached = {};
        if (is_settled && key.front() == name_kind && head.before != reached)
            return wrong_index(
                head.first,
                fmt::format(
                    "the list of {} goes on from version {}, not {}",
                    key.substr(1),
                    head.before.value,
                    reached.value
                )
            );
        list = key;
        auto next = head.before;
        for (auto const& one : entries)
            visit(index_fact{
                key.front(), key.substr(1), one.at, one.is_home ? (next = next + 1).value : 0
            });
        reached = head.after();
    }
}

result<void> each_id(sqlite::database const& in, auto const& visit) {
    DIPTYCH_TRY(auto rows, in.prepare("select first, body from event_ids order by first"));
    std::string last;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return {};
        auto const first = rows.blob(0);
        auto rest = rows.blob(1);
        if (!first.empty() && last >= first)
            return wrong_index({}, "event ids are not where they are looked for");
        if (rest.size() % id_entry_size != 0)
            return wrong_index({}, "a row of event ids has an odd length");
        for (; !rest.empty(); rest.remove_prefix(id_entry_size)) {
            auto const entry = rest.substr(0, id_entry_size);
            position const at{load_big_endian(entry.substr(20))};
            if (entry <= last || entry < first)
                return wrong_index(at, "its event id is not where it is looked for");
            last = entry;
            visit(index_fact{id_kind, entry.substr(0, 16), at, load_big_endian(entry.substr(16, 4))}
            );
        }
    }
}

}  // namespace

std::unexpected<error> wrong_index(std::optional<position> at, std::string_view why) {
    auto failure = fail(
        errc::corrupt,
        "wrong_index",
        at ? fmt::format("index, position {}: {}", at->value, why) : fmt::format("index: {}", why)
    );
    if (at) failure.error().facts.emplace_back("position", fmt::to_string(at->value));
    return failure;
}

result<void> check_pages(sqlite::database const& in) {
    DIPTYCH_TRY(auto rows, in.prepare("pragma integrity_check(1)"));
    DIPTYCH_TRY(auto const more, rows.step());
    if (more && rows.text(0) == "ok") return {};
    return wrong_index({}, more ? rows.text(0) : "SQLite can not check it");
}

result<void> each_fact(
    sqlite::database const& in, std::function<void(index_fact const&)> const& visit
) {
    DIPTYCH_TRY(each_posting(in, "postings", true, visit));
    DIPTYCH_TRY(each_posting(in, "recent_postings", false, visit));
    return each_id(in, visit);
}

result<answer_rows> answer_rows::prepare(sqlite::database const& in) {
    answer_rows made;
    DIPTYCH_TRY(
        made.rows_,
        in.prepare("select caller, id, digest, recorded_at, first, count, judged_at, body, row "
                   "from answers order by row")
    );
    DIPTYCH_TRY(
        made.keys_, in.prepare("select count(*) from answer_keys where hash = ?1 and row = ?2")
    );
    DIPTYCH_TRY(made.key_count_, in.prepare("select count(*) from answer_keys"));
    return made;
}

result<bool> answer_rows::next() {
    DIPTYCH_TRY(auto const more, rows_.step());
    if (!more) {
        DIPTYCH_TRY(key_count_.step());
        auto const keys = key_count_.integer(0);
        key_count_.reset();
        if (keys == seen_) return false;
        return wrong_index({}, fmt::format("{} answers have {} keys", seen_, keys));
    }
    ++seen_;
    auto const hash =
        static_cast<std::int64_t>(index_hash(rows_.blob(1), index_hash(rows_.blob(0))));
    DIPTYCH_TRY(keys_.bind(1, hash).bind(2, rows_.integer(8)).step());
    auto const keys = keys_.integer(0);
    keys_.reset();
    if (keys == 1) return true;
    return wrong_index(
        {}, fmt::format("the answer to command {} of {} can not be found by them", id(), caller())
    );
}

bool answer_rows::is(answer const& what) const {
    std::string_view const digest(
        reinterpret_cast<char const*>(what.key.digest.data()), what.key.digest.size()
    );
    auto const number = [&](int column) {
        return static_cast<std::uint64_t>(rows_.integer(column));
    };
    return rows_.blob(0) == what.key.caller && rows_.blob(1) == what.key.id &&
           rows_.blob(2) == digest &&
           rows_.integer(3) == what.recorded_at.time_since_epoch().count() &&
           number(4) == what.first.value && number(5) == what.count &&
           number(6) == what.judged_at.value && rows_.blob(7) == what.body;
}

}  // namespace diptych::log::segments
