// What an operator does to messages that wait, and sees of them.
#include "inbox/inbox_fixture.hpp"
#include "inbox/records.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

using namespace diptych;
using namespace diptych::inbox;

namespace {

std::vector<source_text> order_source() {
    return {{.name = "order", .text = "mode = 'resequence'\nwait_max = '10s'\nheld_max = 5000\n"}};
}

posted version_of(std::uint64_t version, std::string data = "{}") {
    return {
        .id = "m" + std::to_string(version),
        .stream = "o1",
        .version = version,
        .data = std::move(data)
    };
}

// Versions from 2 on, so that all of them wait.
struct waiting_in : inbox_fixture {
    waiting_in(std::uint64_t last, std::string const& data) : inbox_fixture(order_source()) {
        for (std::uint64_t first = 2; first <= last; first += 500) {
            std::vector<posted> some;
            for (auto i = first; i < first + 500 && i <= last; ++i)
                some.push_back(version_of(i, data));
            (void)hand_in("order", some);
            drain();
        }
        time.advance(std::chrono::seconds{10});
        REQUIRE(of("order").status().dead_letters == last - 1);
    }

    std::string id_of(std::uint64_t version) const { return "m" + std::to_string(version); }

    /// Appends in which messages passed.
    std::vector<std::size_t> released() {
        std::vector<std::size_t> all;
        auto const page = log->read({.what =
                                         {.items = {{.types = {std::string(released_type)}}},
                                          .engine_events = true},
                                     .limit = 1'000})
                              .or_throw();
        for (auto const& event : page) all.push_back(read_message_ids(event).or_throw().size());
        return all;
    }
};

}  // namespace

TEST_CASE("a retry takes as many appends as it needs, each of a bounded number of messages") {
    waiting_in of(2'301, "{}");
    auto const said = of.operate("order", of.id_of(2'301), false);
    REQUIRE(said);
    CHECK(said->verdict == verdict::recorded);
    CHECK(of.released() == std::vector<std::size_t>{1'000, 1'000, 300});
    CHECK(said->at.position == of.log->end().position);
    auto const passed = of.recorded("inbox.order");
    REQUIRE(passed.size() == 2'300);
    CHECK(passed.front() == "m2");
    CHECK(passed.back() == "m2301");
    // Its position is that of the first of them.
    auto const first = of.log->read({.what = {.category = "inbox.order"}, .limit = 1}).or_throw();
    CHECK(said->recorded == first[0].position);
}

TEST_CASE("a retry takes as many appends as it needs, each of a bounded size") {
    waiting_in of(11, R"({"text":")" + std::string(1'000'000, 'x') + "\"}");
    CHECK(of.operate("order", of.id_of(11), false)->verdict == verdict::recorded);
    CHECK(of.released() == std::vector<std::size_t>{5, 5});
    CHECK(of.recorded("inbox.order").size() == 10);
}

TEST_CASE("a retry that ends half-way has let pass what it had come to, and can be asked for again"
) {
    for (auto const is_crash : {true, false}) {
        CAPTURE(is_crash);
        waiting_in of(2'301, "{}");
        std::optional<result<answer>> said;
        of.of("order").retry(of.id_of(2'301), [&](std::vector<result<answer>> answers) {
            said = answers.at(0);
        });
        of.log->commit_step();
        of.run_errands();
        if (is_crash) {
            of.crash();
        } else {
            of.kept->fail_after(0, log::memory::store::failure::lost);
            of.drain();
            REQUIRE(said);
            CHECK(said->error().kind == errc::outcome_unknown);
        }
        of.drain();
        CHECK(of.recorded("inbox.order").size() == 1'000);
        CHECK(of.of("order").status().dead_letters == 1'300);
        CHECK(of.operate("order", of.id_of(2'301), false)->verdict == verdict::recorded);
        CHECK(of.recorded("inbox.order").size() == 2'300);
        CHECK(of.of("order").status().dead_letters == 0);
    }
}

TEST_CASE("a retry whose message passes by itself between two appends is done") {
    waiting_in of(2'301, "{}");
    std::optional<result<answer>> said;
    of.of("order").retry(of.id_of(2'301), [&](std::vector<result<answer>> answers) {
        said = answers.at(0);
    });
    of.log->commit_step();
    while (of.of("order").step().or_throw()) of.log->commit_step();
    of.drain();
    REQUIRE(said);
    REQUIRE(*said);
    CHECK((*said)->verdict == verdict::recorded);
    CHECK(of.recorded("inbox.order").size() == 2'300);
}

TEST_CASE("of a message that is dropped the data is not kept, and it is known all the same") {
    auto const large = R"({"text":")" + std::string(100'000, 'x') + "\"}";
    inbox_fixture of(order_source());
    of.options.held_bytes_max = 150'000;
    of.restart();
    CHECK(of.verdict_on("order", version_of(3, large)) == "held");
    CHECK(of.verdict_on("order", version_of(4, large)) == "held");
    CHECK(of.verdict_on("order", version_of(5, large)) == "inbox_full");
    of.time.advance(std::chrono::seconds{10});
    for (auto const* const id : {"m3", "m4"})
        CHECK(of.operate("order", id, true)->verdict == verdict::dropped);
    CHECK(of.verdict_on("order", version_of(5, large)) == "held");
    for (auto const is_later : {false, true}) {
        CAPTURE(is_later);
        if (is_later) of.restart();
        CHECK(of.verdict_on("order", version_of(3, large)) == "duplicate");
        CHECK(of.verdict_on("order", version_of(4, "{}")) == "message_id_reused");
        auto other = version_of(4, "{}");
        other.id = "other";
        CHECK(of.verdict_on("order", other) == "duplicate");
        // Also while something is under way.
        auto behind = version_of(1, "{}");
        behind.id = is_later ? "later" : "first";
        behind.stream = "o2";
        (void)of.hand_in("order", {behind});
        CHECK(of.verdict_on("order", other) == "duplicate");
        CHECK(of.verdict_on("order", version_of(4, large)) == "duplicate");
    }
    CHECK(of.verdict_on("order", version_of(6, large)) == "held");
    CHECK(of.verdict_on("order", version_of(7, large)) == "inbox_full");
    CHECK(of.verdict_on("order", version_of(1)) == "recorded");
    CHECK(of.verdict_on("order", version_of(2)) == "recorded");
    of.settle();
    CHECK(of.recorded("inbox.order").size() == 5);
    CHECK(of.verdict_on("order", version_of(3, large)) == "duplicate");
}

TEST_CASE("a page goes on behind the one before it, also when that one's last message is gone") {
    inbox_fixture of(order_source());
    std::vector<std::string> seen;
    for (std::uint64_t i = 2; i <= 11; ++i) {
        auto one = version_of(2);
        one.stream = one.id = "s" + std::to_string(i);
        CHECK(of.verdict_on("order", one) == "held");
    }
    std::optional<held_place> after;
    auto const next_page = [&] {
        auto const page = of.of("order").page(false, after, 3);
        for (auto const& one : page) seen.push_back(one.id);
        if (!page.empty()) after = page.back().place;
        return page.size();
    };
    CHECK(next_page() == 3);
    auto missing = version_of(1);
    missing.stream = "s4";  // the last one of that page passes
    CHECK(of.verdict_on("order", missing) == "recorded");
    of.settle();
    while (next_page() == 3) {
    }
    CHECK(seen == texts{"s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11"});
}
