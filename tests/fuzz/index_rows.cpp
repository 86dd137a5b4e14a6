// An index.db some of whose rows are damaged: every question has an end, and an answer in order or
// the error that it is corrupt.
#include "fuzz/target.hpp"
#include "log/frame_maker.hpp"
#include "log/segments/index.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <array>
#include <vector>

namespace diptych::fuzz {

namespace {

using namespace diptych::log;
using segments::index_limits;

constexpr auto log_id = uuid{{1, 2, 3}};

struct damage {
    char const* table;
    char const* key;
    char const* column;
    bool is_number;
};
constexpr std::array damages{
    damage{"postings", "key, first", "first", true},
    damage{"postings", "key, first", "last", true},
    damage{"postings", "key, first", "before", true},
    damage{"postings", "key, first", "homes", true},
    damage{"postings", "key, first", "body", false},
    damage{"recent_postings", "key, first", "first", true},
    damage{"recent_postings", "key, first", "last", true},
    damage{"recent_postings", "key, first", "before", true},
    damage{"recent_postings", "key, first", "homes", true},
    damage{"recent_postings", "key, first", "body", false},
    damage{"event_ids", "first", "first", false},
    damage{"event_ids", "first", "body", false},
    damage{"answers", "row", "digest", false},
    damage{"answer_keys", "hash, row", "row", true},
};

/// An index of some lists, half of them settled, and a copy of it to damage.
class small_index {
public:
    small_index() {
        for (int i = 0; i < 15; ++i)
            for (auto const* const stream : {"a-1", "b-1", "b-1"})
                events_.push_back({.stream = stream, .type = "t", .tags = {"b-1"}, .id = {}});
        auto const original = folder_ / "original.db";
        {
            auto const index = open(original, {.recent_rows_max = 0});
            for (int i = 0; i < 40; ++i) merge(*index);
        }
        auto const index = open(original, {});
        for (int i = 0; i < 3; ++i) merge(*index);
        index->close().or_throw();
        next_ = frames_.next(events_);
    }

    std::filesystem::path const& copy() {
        for (auto const* const beside : {"-wal", "-shm"})
            std::filesystem::remove(copy_.string() + beside);
        constexpr auto over = std::filesystem::copy_options::overwrite_existing;
        std::filesystem::copy_file(folder_ / "original.db", copy_, over);
        return copy_;
    }

    static std::unique_ptr<segments::index> open(
        std::filesystem::path const& file, index_limits const& limits
    ) {
        constexpr auto writer = segments::index::mode::writer;
        return segments::index::open(file, log_id, writer, limits).or_throw();
    }

    frame_ptr const& next() const { return next_; }

private:
    void merge(segments::index& into) {
        answer known{};
        known.key = {.caller = "c", .id = "1", .digest = {}};
        into.merge(std::array{frames_.next(events_, {known})}).or_throw();
    }

    testing::temporary_folder folder_;
    std::filesystem::path copy_ = folder_ / "index.db";
    testing::frame_maker frames_{log_id};
    std::vector<event_data> events_;
    frame_ptr next_;
};

void change(sqlite::database const& in, pieces& by) {
    auto const& [table, key, column, is_number] = damages[by.byte() % damages.size()];
    auto const row = by.byte();
    auto const place = static_cast<std::int64_t>(by.byte());
    auto const which = std::string(" where (") + key + ") = (select " + key + " from " + table +
                       " limit 1 offset ?2)";
    auto const how = is_number ? std::string(" = ?1 + ?3 * ") + column
                               : std::string(" = cast(substr(") + column +
                                     ", 1, ?3) || ?1 || substr(" + column + ", ?3 + 2) as blob)";
    auto update =
        in.prepare(std::string("update or ignore ") + table + " set " + column + how + which)
            .or_throw();
    auto const bytes = std::string(by.text(is_number ? 8 : 1));
    if (is_number)
        update.bind(1, static_cast<std::int64_t>(pieces{bytes}.number(8))).bind(3, place % 2);
    else
        update.bind_blob(1, bytes).bind(3, place);
    (void)update.bind(2, std::int64_t{row}).run();
}

template <class T>
bool is_given(result<T> const& answer) {
    require(answer || answer.error().kind == errc::corrupt, "what is damaged is corrupt");
    return answer.has_value();
}

void ask(postings const& what) {
    for (auto const stream : {"a-1", "b-1"}) {
        for (auto const kind : {posting_kind::name, posting_kind::home}) {
            auto const up = what.after({kind, stream}, position{20}, 150);
            if (is_given(up)) require(up->size() <= 150, "no more is given than was asked for");
            auto const down = what.before({kind, stream}, position{1'900}, 150);
            if (is_given(down)) require(down->size() <= 150, "backward, too");
        }
        is_given(what.last_version(stream));
        for (std::uint64_t from = 1; from < 1'300; from += 90)
            is_given(what.from_version(stream, version{from}, 20));
        is_given(what.find(stream, uuid{{1}}));
    }
    is_given(what.after({posting_kind::type, "t"}, position{}, 1'000));
    is_given(what.find_answer("c", "1"));
}

}  // namespace

void index_rows(std::string_view input) {
    static small_index original;
    auto const& file = original.copy();
    {
        auto const database = sqlite::database::open(file).or_throw();
        pieces by{input};
        for (int changes = 0; changes < 4 && !by.rest.empty(); ++changes) change(database, by);
    }
    auto const index = small_index::open(file, {.recent_rows_max = 0, .settle_rows = 7});
    ask(*index->snapshot().or_throw());
    if (is_given(index->merge(std::array{original.next()}))) ask(*index->snapshot().or_throw());
}

}  // namespace diptych::fuzz
