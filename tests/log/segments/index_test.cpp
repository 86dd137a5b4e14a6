#include "log/segments/index.hpp"

#include "log/frame_maker.hpp"
#include "log/segments/index_file.hpp"
#include "log/segments/index_hash.hpp"
#include "log/segments/index_model.hpp"
#include "log/segments/index_world.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <unordered_map>

using namespace diptych;
using namespace diptych::log;
using diptych::testing::below;
using diptych::testing::frame_maker;
using diptych::testing::index_log_id;
using diptych::testing::index_model;
using diptych::testing::index_writer;
using diptych::testing::random_engine;
using diptych::testing::temporary_folder;
using diptych::testing::world;
using segments::index_limits;

namespace {

void check_lists(postings const& actual, index_model const& model, world& in) {
    auto& random = in.random;
    auto const anywhere = [&] { return position{below(random, model.last().value + 3)}; };
    auto const limit = below(random, 4) == 0 ? 1'000'000 : below(random, 50);
    auto const type = in.types[below(random, in.types.size())];
    auto const name = below(random, 10) == 0 ? std::string{"unknown-1"} : in.name();
    auto const category = std::string{category_of(name)};
    for (auto const key : {
             posting_key{posting_kind::name, name},
             posting_key{posting_kind::home, name},
             posting_key{posting_kind::type, type},
             posting_key{posting_kind::category, category},
         }) {
        CAPTURE(static_cast<char>(key.kind));
        CAPTURE(std::string{key.text});
        auto const from = anywhere();
        auto const end = below(random, 4) == 0 ? position{~std::uint64_t{0}} : anywhere();
        REQUIRE(actual.after(key, from, limit).or_throw() == model.after(key, from, limit));
        REQUIRE(actual.before(key, end, limit).or_throw() == model.before(key, end, limit));
    }
}

void check_versions(postings const& actual, index_model const& model, world& in) {
    auto const stream = in.name();
    CAPTURE(stream);
    auto const last = model.last_version(stream);
    REQUIRE(actual.last_version(stream).or_throw() == last);
    auto const from = version{below(in.random, last.value_or(version{}).value + 3)};
    auto const limit = below(in.random, 60);
    REQUIRE(
        actual.from_version(stream, from, limit).or_throw() ==
        model.from_version(stream, from, limit)
    );
}

void check_ids(postings const& actual, index_model const& model, world& in) {
    auto const stream = in.name();
    auto const id = uuid{{static_cast<std::uint8_t>(below(in.random, 101)), 7}};
    REQUIRE(actual.find(stream, id).or_throw() == model.find(stream, id));

    auto const wanted = in.answer().key;
    auto const given = actual.find_answer(wanted.caller, wanted.id).or_throw();
    auto const expected = model.find_answer(wanted.caller, wanted.id);
    REQUIRE(given.has_value() == expected.has_value());
    if (!given) return;
    REQUIRE(given->key == expected->key);
    REQUIRE(given->recorded_at == expected->recorded_at);
    REQUIRE(given->first == expected->first);
    REQUIRE(given->count == expected->count);
    REQUIRE(given->judged_at == expected->judged_at);
    REQUIRE(given->body == expected->body);
}

void check(postings const& actual, index_model const& model, world& in, int rounds) {
    REQUIRE(actual.first() == position{1});
    REQUIRE(actual.last() == model.last());
    for (int i = 0; i < rounds; ++i) {
        check_lists(actual, model, in);
        check_versions(actual, model, in);
        check_ids(actual, model, in);
    }
}

std::uint64_t seed_of_this_run() {
    auto const* const given = std::getenv("DIPTYCH_TEST_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace

TEST_CASE("an index says what looking at every event says, however the frames were merged") {
    auto const first_seed = seed_of_this_run();
    for (auto seed = first_seed; seed < first_seed + 12; ++seed) {
        INFO("DIPTYCH_TEST_SEED=", seed);
        random_engine random{seed};
        auto in = world{random};
        auto const folder = temporary_folder{};
        auto const file = folder / "index.db";
        // From "nothing waits to be settled" to "nothing is ever settled".
        auto const limits = index_limits{
            .recent_rows_max = std::array{0, 10, 300, 100'000}[seed % 4],
            .settle_rows = std::array{1, 7, 4096}[seed % 3],
        };
        auto index = segments::index::open(file, index_log_id, index_writer, limits).or_throw();
        auto builder = frame_maker{index_log_id};
        auto model = index_model{};

        for (int round = 0; round < 30; ++round) {
            std::vector<frame_ptr> frames;
            auto const is_large = below(random, 10) == 0;
            for (auto left = below(random, is_large ? 60 : 4); left > 0; --left) {
                frames.push_back(in.frame(builder, is_large ? 40 : 4));
                model.add(frames.back());
            }
            index->merge(frames).or_throw();
            REQUIRE(index->checkpoint().position == model.last());
            if (below(random, 6) == 0) {
                if (below(random, 2)) index->close().or_throw();
                index = segments::index::open(file, index_log_id, index_writer, limits).or_throw();
            }
            check(*index->snapshot().or_throw(), model, in, 3);
        }
        check(*index->snapshot().or_throw(), model, in, 30);
    }
}

TEST_CASE("a long stream is found from any version, across chunks and between tags of its id") {
    auto const folder = temporary_folder{};
    auto const limits = index_limits{.recent_rows_max = 100};
    auto const index =
        segments::index::open(folder / "index.db", index_log_id, index_writer, limits).or_throw();
    auto builder = frame_maker{index_log_id};
    auto model = index_model{};
    auto seed = std::size_t{1};
    for (int round = 0; round < 40; ++round) {
        std::vector<event_data> events;
        for (int i = 0; i < 250; ++i) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            // For long stretches the id is only a tag.
            auto const is_home = round % 10 < 5 && (seed >> 33) % 3 == 0;
            events.push_back({.stream = is_home ? "a-1" : "b-2", .type = "t", .tags = {"a-1"}});
        }
        auto const frame = builder.next(events);
        model.add(frame);
        index->merge(std::span{&frame, 1}).or_throw();
    }
    auto const now = index->snapshot().or_throw();
    auto const last = model.last_version("a-1").value();
    REQUIRE(last > version{1000});
    CHECK(now->last_version("a-1").or_throw() == last);
    for (auto from = version{0}; from <= last + 1; from = from + 37)
        REQUIRE(
            now->from_version("a-1", from, 40).or_throw() == model.from_version("a-1", from, 40)
        );
    CHECK(now->from_version("a-1", version{1}, 100'000).or_throw().size() == last.value);
}

TEST_CASE("a merge of a hundred thousand events is one transaction") {
    auto const folder = temporary_folder{};
    auto const index =
        segments::index::open(folder / "index.db", index_log_id, index_writer).or_throw();
    auto builder = frame_maker{index_log_id};
    std::vector<frame_ptr> frames;
    for (int i = 0; i < 100; ++i)
        frames.push_back(builder.next(
            std::vector<event_data>(1000, {.stream = "a-" + std::to_string(i % 7), .type = "t"})
        ));
    index->merge(frames).or_throw();
    auto const now = index->snapshot().or_throw();
    CHECK(now->last() == position{100'000});
    auto const all = now->after({posting_kind::type, "t"}, position{0}, 1'000'000).or_throw();
    REQUIRE(all.size() == 100'000);
    CHECK(std::ranges::is_sorted(all));
    CHECK(all.back() == position{100'000});
    CHECK(now->last_version("a-3").or_throw() == version{14'000});
    auto const& event = frames[50]->events[500];
    CHECK(now->find(event.stream, event.id).or_throw() == event.position);
    CHECK(now->find("a-99", event.id).or_throw() == std::nullopt);
}

TEST_CASE("one event id in thousands of streams is found in each of them") {
    auto const folder = temporary_folder{};
    auto const index =
        segments::index::open(folder / "index.db", index_log_id, index_writer).or_throw();
    auto builder = frame_maker{index_log_id};
    auto const id = uuid{{9}};
    std::vector<event_data> events;
    for (int i = 0; i < 3000; ++i)
        events.push_back({.stream = "a-" + std::to_string(i), .type = "t", .id = id});
    for (std::size_t done = 0; done < events.size(); done += 100) {
        auto const frame = builder.next(
            {events.begin() + static_cast<std::ptrdiff_t>(done),
             events.begin() + static_cast<std::ptrdiff_t>(done) + 100}
        );
        index->merge(std::span{&frame, 1}).or_throw();
    }
    auto const now = index->snapshot().or_throw();
    for (std::size_t i = 0; i < events.size(); i += 13)
        REQUIRE(now->find(events[i].stream, id).or_throw() == position{i + 1});
    CHECK(now->find("a-3000", id).or_throw() == std::nullopt);
}

TEST_CASE("frames that do not follow the checkpoint are refused and change nothing") {
    auto const folder = temporary_folder{};
    auto const index =
        segments::index::open(folder / "index.db", index_log_id, index_writer).or_throw();
    auto builder = frame_maker{index_log_id};
    auto const one = builder.next({{.stream = "a-1", .type = "t"}});
    auto const two = builder.next({{.stream = "a-1", .type = "t"}});
    auto const three = builder.next({{.stream = "a-1", .type = "t"}});
    index->merge(std::array{one}).or_throw();
    for (auto const& frames : {std::vector{one}, std::vector{three}, std::vector{two, two}}) {
        auto const refused = index->merge(frames);
        REQUIRE(!refused);
        CHECK(refused.error().code == "index_gap");
    }
    CHECK(index->checkpoint().position == position{1});
    index->merge(std::array{two, three}).or_throw();
    auto const now = index->snapshot().or_throw();
    CHECK(now->from_version("a-1", version{1}, 9).or_throw().size() == 3);
}

TEST_CASE("an event is not found in a stream whose name has the same hash") {
    auto by_hash = std::unordered_map<std::uint32_t, std::string>{};
    std::string one;
    std::string other;
    for (int i = 0; other.empty(); ++i) {
        one = "a-" + std::to_string(i);
        auto const [known, is_new] = by_hash.emplace(segments::index_hash32(one), one);
        if (!is_new) other = known->second;
    }
    auto const folder = temporary_folder{};
    auto const index =
        segments::index::open(folder / "index.db", index_log_id, index_writer).or_throw();
    auto builder = frame_maker{index_log_id};
    auto const frame = builder.next(
        {{.stream = one, .type = "t", .tags = {other}, .id = uuid{{1}}},
         {.stream = other, .type = "t", .id = uuid{{2}}}}
    );
    index->merge(std::array{frame}).or_throw();
    auto const now = index->snapshot().or_throw();
    CHECK(now->find(one, uuid{{1}}).or_throw() == position{1});
    CHECK(now->find(other, uuid{{1}}).or_throw() == std::nullopt);
    CHECK(now->find(other, uuid{{2}}).or_throw() == position{2});
    CHECK(now->find(one, uuid{{2}}).or_throw() == std::nullopt);
}

TEST_CASE("no row outgrows a quarter of a page, and no more wait to be settled than may") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto const limits = index_limits{.recent_rows_max = 100, .settle_rows = 20};
    auto const index = segments::index::open(file, index_log_id, index_writer, limits).or_throw();
    auto builder = frame_maker{index_log_id};
    auto const number = [&](std::string_view sql) {
        auto const opened =
            sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw();
        auto asked = opened.prepare(sql).or_throw();
        REQUIRE(asked.step().or_throw());
        return asked.integer(0);
    };
    random_engine random{1};
    for (int round = 0; round < 60; ++round) {
        std::vector<event_data> events;
        for (std::size_t i = 0; i < 100; ++i) {
            auto const name =
                "a-" + std::string(below(random, 2) * 250, 'x') + std::to_string(below(random, 3));
            auto const id = uuid{
                {static_cast<std::uint8_t>(random()),
                 static_cast<std::uint8_t>(round),
                 static_cast<std::uint8_t>(i)}
            };
            events.push_back({.stream = name, .type = "t", .id = id});
        }
        index->merge(std::array{builder.next(events)}).or_throw();
        REQUIRE(number("select count(*) from recent_postings") <= limits.recent_rows_max);
    }
    CHECK(number("select max(length(key) + length(body)) from postings") <= 960);
    CHECK(number("select max(length(key) + length(body)) from recent_postings") <= 960);
    CHECK(number("select max(length(first) + length(body)) from event_ids") <= 960);
    // And rows are well filled.
    CHECK(number("select avg(length(body)) from event_ids") > 400);
    CHECK(number("select avg(length(body)) from postings where key = cast('yt' as blob)") > 400);
}

TEST_CASE("after a merge that failed half-way, settling goes on as if it had not been") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto const limits = index_limits{.recent_rows_max = 10};
    auto const index = segments::index::open(file, index_log_id, index_writer, limits).or_throw();
    auto const other = sqlite::database::open(file).or_throw();
    auto const waiting = [&] {
        auto asked = other.prepare("select count(*) from recent_postings").or_throw();
        REQUIRE(asked.step().or_throw());
        return asked.integer(0);
    };
    auto builder = frame_maker{index_log_id};
    auto const next = [&] {
        return builder.next({{.stream = "a-1", .type = "t"}});
    };  // Three rows.
    index->merge(std::array{next(), next()}).or_throw();
    index->merge(std::array{next()}).or_throw();
    CHECK(waiting() == 6);

    other
        .execute("create trigger no before insert on event_ids begin select raise(abort, 'no'); end"
        )
        .or_throw();
    auto const frame = next();
    for (int i = 0; i < 2; ++i) {
        CHECK(index->merge(std::array{frame}).error().kind == errc::refused);
        CHECK(index->checkpoint().position == position{3});
        CHECK(waiting() == 6);
    }
    other.execute("drop trigger no").or_throw();
    index->merge(std::array{frame}).or_throw();
    CHECK(waiting() == 9);
    index->merge(std::array{next()}).or_throw();
    CHECK(waiting() == 0);
    CHECK(index->snapshot().or_throw()->last_version("a-1").or_throw() == version{5});
}
