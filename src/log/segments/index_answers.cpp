#include "log/segments/index_answers.hpp"

#include "log/segments/index_hash.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <vector>

namespace diptych::log::segments {

namespace {

struct answer_key {
    std::int64_t hash;
    std::int64_t row;
};

std::int64_t hash_of(std::string_view caller, std::string_view id) {
    return static_cast<std::int64_t>(index_hash(id, index_hash(caller)));
}

std::int64_t microseconds(timestamp at) { return at.time_since_epoch().count(); }

constexpr std::int64_t integer_of(position at) { return static_cast<std::int64_t>(at.value); }

std::string_view bytes_of(std::array<std::uint8_t, 32> const& digest) {
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

}  // namespace

result<answer_writer> answer_writer::prepare(sqlite::database const& in) {
    answer_writer made;
    DIPTYCH_TRY(
        made.known_,
        in.prepare("select 1 from answer_keys as k join answers as a on a.row = k.row "
                   "where k.hash = ?1 and a.caller = ?2 and a.id = ?3 and a.recorded_at = ?4")
    );
    DIPTYCH_TRY(
        made.insert_,
        in.prepare("insert into answers values (null, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                   "returning row")
    );
    DIPTYCH_TRY(made.insert_key_, in.prepare("insert into answer_keys values (?1, ?2)"));
    DIPTYCH_TRY(
        made.oldest_,
        in.prepare("select row, caller, id, recorded_at from answers order by row limit ?1")
    );
    DIPTYCH_TRY(made.delete_, in.prepare("delete from answers where row <= ?1"));
    DIPTYCH_TRY(
        made.delete_key_, in.prepare("delete from answer_keys where hash = ?1 and row = ?2")
    );
    return made;
}

result<void> answer_writer::add(std::span<answer const* const> answers) {
    std::vector<answer_key> keys;
    for (auto const* const one : answers) {
        auto const& [caller, id, digest] = one->key;
        auto const hash = hash_of(caller, id);
        known_.bind(1, hash).bind_blob(2, caller).bind_blob(3, id);
        DIPTYCH_TRY(auto const is_known, known_.bind(4, microseconds(one->recorded_at)).step());
        known_.reset();
        if (is_known) continue;

        insert_.bind_blob(1, caller)
            .bind_blob(2, id)
            .bind_blob(3, bytes_of(digest))
            .bind(4, microseconds(one->recorded_at))
            .bind(5, integer_of(one->first))
            .bind(6, std::int64_t{one->count})
            .bind(7, integer_of(one->judged_at))
            .bind_blob(8, one->body);
        DIPTYCH_TRY(insert_.step());
        auto const row = insert_.integer(0);
        DIPTYCH_TRY(insert_.run());
        keys.push_back({hash, row});
    }
    std::ranges::sort(keys, {}, &answer_key::hash);  // In the order of their pages.
    for (auto const& [hash, row] : keys) DIPTYCH_TRY(insert_key_.bind(1, hash).bind(2, row).run());
    return {};
}

result<std::size_t> answer_writer::expire(timestamp end, std::size_t limit) {
    std::vector<answer_key> old;
    oldest_.bind(1, static_cast<std::int64_t>(limit));
    for (;;) {
        DIPTYCH_TRY(auto const is_row, oldest_.step());
        if (!is_row || oldest_.integer(3) >= microseconds(end)) break;
        old.push_back({hash_of(oldest_.blob(1), oldest_.blob(2)), oldest_.integer(0)});
    }
    oldest_.reset();
    if (old.empty()) return std::size_t{0};

    DIPTYCH_TRY(delete_.bind(1, old.back().row).run());
    std::ranges::sort(old, {}, &answer_key::hash);
    for (auto const& [hash, row] : old) DIPTYCH_TRY(delete_key_.bind(1, hash).bind(2, row).run());
    return old.size();
}

result<answer_reader> answer_reader::prepare(sqlite::database const& in) {
    answer_reader made;
    DIPTYCH_TRY(
        made.select_,
        in.prepare("select a.digest, a.recorded_at, a.first, a.count, a.judged_at, a.body "
                   "from answer_keys as k join answers as a on a.row = k.row "
                   "where k.hash = ?1 and a.caller = ?2 and a.id = ?3 "
                   "order by k.row desc limit 1")
    );
    return made;
}

result<std::optional<answer>> answer_reader::find(std::string_view caller, std::string_view id) {
    select_.bind(1, hash_of(caller, id)).bind_blob(2, caller).bind_blob(3, id);
    DIPTYCH_TRY(auto const is_there, select_.step());
    if (!is_there) {
        select_.reset();
        return std::nullopt;
    }
    answer found{
        .key = {.caller = std::string{caller}, .id = std::string{id}},
        .recorded_at = timestamp{std::chrono::microseconds{select_.integer(1)}},
        .first = position{static_cast<std::uint64_t>(select_.integer(2))},
        .count = static_cast<std::uint32_t>(select_.integer(3)),
        .judged_at = position{static_cast<std::uint64_t>(select_.integer(4))},
        .body = std::string{select_.blob(5)},
    };
    auto const digest = select_.blob(0);
    auto const is_sound = digest.size() == found.key.digest.size();
    if (is_sound) std::ranges::copy(digest, found.key.digest.begin());
    select_.reset();
    if (!is_sound)
        return fail(errc::corrupt, "damaged_index", "an answer's digest has an odd length");
    return found;
}

}  // namespace diptych::log::segments
