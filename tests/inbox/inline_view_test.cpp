// Messages that an inline view refuses.
#include "inbox/inbox_fixture.hpp"
#include "property.hpp"
#include "read/view_set.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace diptych;
using namespace diptych::inbox;

namespace {

struct with_names {
    explicit with_names(std::string const& mode = "resequence")
        : of({{.name = "person", .text = "mode = '" + mode + "'\nwait_max = '1h'"}}) {
        start();
    }
    ~with_names() { of.drain(); }

    void restart() {
        of.drain();
        views.reset();
        of.restart();
        start();
    }

    posted named(std::string const& name, std::uint64_t version) const {
        return {
            .id = "m" + std::to_string(version),
            .stream = "s",
            .version = version,
            .type = "named",
            .data = R"({"name":")" + name + "\"}"
        };
    }

    read::temporary_folder folder;
    inbox_fixture of;
    std::unique_ptr<read::view_set> views;

private:
    void start() {
        views = std::make_unique<read::view_set>(*of.log, folder.path(), of.time);
        views
            ->add_text("names.sql", R"sql(
-- @view names inline
create table names (name text primary key);
-- @event named (name text)
-- @on named
insert into names values (:name);
-- @event parsed (name text)
-- @on parsed
insert into names values (json_extract(:name, '$'));
)sql")
            .or_throw();
        views->start().or_throw();
    }
};

}  // namespace

TEST_CASE("a message that an inline view refuses is refused at once, with the reason") {
    with_names in;
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
    auto const said = in.of.send("person", in.named("ada", 2));
    REQUIRE(!said);
    CHECK(said.error().kind == errc::refused);
    CHECK(said.error().message.contains("names"));
    CHECK(in.of.verdict_on("person", {.id = "m2", .stream = "s", .version = 2}) == "recorded");
}

TEST_CASE("a message that does not fit an inline view is refused, and may come again put right") {
    with_names in;
    auto odd = in.named("ada", 1);
    odd.data = R"({"name":7})";
    CHECK(in.of.verdict_on("person", odd) == "event_misfit");
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
}

TEST_CASE("what was judged behind a message that is refused does not pass without it") {
    with_names in;
    auto const said = in.of.hand_in(
        "person", {in.named("ada", 1), in.named("ada", 2), in.named("bob", 3), in.named("eve", 4)}
    );
    in.of.drain();
    REQUIRE(said->has_value());
    CHECK((**said)[0]->verdict == verdict::recorded);
    CHECK((**said)[1].error().kind == errc::refused);
    CHECK((**said)[2]->verdict == verdict::held);
    CHECK((**said)[3]->verdict == verdict::held);
    CHECK(in.of.recorded() == texts{"m1"});
    CHECK(in.of.verdict_on("person", in.named("dan", 2)) == "recorded");
    CHECK(in.of.recorded() == texts{"m1", "m2", "m3", "m4"});
}

TEST_CASE("who comes while memory is lost and something is under way is answered in his turn") {
    with_names in;
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
    auto& person = in.of.of("person");
    std::shared_ptr<std::optional<std::vector<result<answer>>>> late;
    auto const parse = [&](posted const& one) {
        return parse_parcel(person.of(), one.json(), {}, {}).or_throw().messages;
    };
    // Its answer comes before that of the one behind it.
    person.receive(parse(in.named("ada", 2)), [&](std::vector<result<answer>> const& said) {
        CHECK(said[0].error().kind == errc::refused);
        late = in.of.hand_in("person", {in.named("eve", 2)});
    });
    auto const behind = in.of.hand_in("person", {in.named("bob", 3)});
    in.of.drain();
    REQUIRE(late);
    REQUIRE(late->has_value());
    CHECK((**late)[0]->verdict == verdict::recorded);
    CHECK(in.of.recorded() == texts{"m1", "m2", "m3"});
}

TEST_CASE("one that waited and is refused becomes a dead letter, and what does not need it passes"
) {
    with_names in;
    CHECK(in.of.verdict_on("person", in.named("bob", 3)) == "held");
    CHECK(in.of.verdict_on("person", in.named("ada", 2)) == "held");
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
    for (int i = 0; i < 4; ++i) in.of.settle();
    CHECK(in.of.recorded() == texts{"m1"});
    auto const dead = in.of.of("person").page(true, {}, 10);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].id == "m2");
    CHECK(dead[0].why.contains("names"));
    in.restart();
    in.of.settle();
    CHECK(in.of.of("person").status().dead_letters == 1);
    CHECK(in.of.operate("person", "m2", false).error().kind == errc::refused);
    in.of.settle();
    CHECK(in.of.of("person").status().dead_letters == 1);
    CHECK(in.of.operate("person", "m2", true)->verdict == verdict::dropped);
    in.of.settle();
    CHECK(in.of.recorded() == texts{"m1", "m3"});
}

TEST_CASE("one behind a message that is refused is not stale in strict order") {
    with_names in("strict");
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
    auto const said = in.of.hand_in("person", {in.named("ada", 3), in.named("bob", 2)});
    in.of.drain();
    CHECK((**said)[0].error().kind == errc::refused);
    CHECK((**said)[1]->verdict == verdict::recorded);
    CHECK(in.of.recorded() == texts{"m1", "m2"});
}

TEST_CASE("a request gets past any number of messages that are refused") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        with_names in(mode);
        CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
        std::vector<posted> all;
        for (std::uint64_t i = 2; i <= 42; ++i) {
            all.push_back(in.named("ada", 2));
            all.back().id = "refused " + std::to_string(i);
        }
        all.push_back(in.named("bob", 2));
        auto const said = in.of.hand_in("person", all);
        in.of.drain();
        for (std::size_t i = 0; i < 41; ++i) CHECK((**said)[i].error().kind == errc::refused);
        REQUIRE((**said)[41]);
        CHECK((**said)[41]->verdict == verdict::recorded);
    }
}

TEST_CASE("messages that make an inline view fail stop none but those behind them") {
    with_names in;
    auto const odd = [&](std::string const& stream, std::uint64_t version) {
        auto one = in.named("no json", version);
        one.id = stream + std::to_string(version);
        one.stream = stream;
        one.type = "parsed";
        return one;
    };
    for (auto const* const stream : {"a", "b"}) {
        CHECK(in.of.verdict_on("person", odd(stream, 2)) == "held");
        CHECK(in.of.verdict_on("person", odd(stream, 3)) == "held");
    }
    CHECK(in.of.verdict_on("person", in.named("bob", 2)) == "held");
    for (auto const* const stream : {"a", "b"})
        CHECK(
            in.of.verdict_on(
                "person", {.id = std::string(stream) + "1", .stream = stream, .version = 1}
            ) == "recorded"
        );
    CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
    for (int i = 0; i < 8; ++i) in.of.settle();
    CHECK(in.of.recorded() == texts{"a1", "b1", "m1", "m2"});
    for (auto const* const id : {"a2", "a3", "b2", "b3"}) {
        auto const dead = in.of.of("person").page(true, {}, 10);
        REQUIRE(!dead.empty());
        CHECK(dead[0].id == id);
        CHECK(in.of.operate("person", id, true)->verdict == verdict::dropped);
        for (int i = 0; i < 8; ++i) in.of.settle();
    }
    CHECK(in.of.waiting("person", true).empty());
    CHECK(in.of.of("person").status().waiting == 0);
}

TEST_CASE("one dead letter is dropped while another could pass and makes a view fail") {
    with_names in;
    CHECK(in.of.verdict_on("person", in.named("ada", 2)) == "held");
    auto other = in.named("no json", 2);
    other.id = "other";
    other.stream = "other";
    other.type = "parsed";
    CHECK(in.of.verdict_on("person", other) == "held");
    in.of.time.advance(std::chrono::hours{1});
    CHECK(in.of.verdict_on("person", {.id = "o1", .stream = "other", .version = 1}) == "recorded");
    CHECK(in.of.recorded() == texts{"o1"});
    auto const said = in.of.operate("person", "m2", true);
    REQUIRE(said);
    CHECK(said->verdict == verdict::dropped);
}

TEST_CASE("a refused message takes back what was counted on for it, and no more") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        with_names in(mode);
        auto& person = in.of.of("person");
        CHECK(in.of.verdict_on("person", in.named("ada", 1)) == "recorded");
        auto const rebuilds = person.status().rebuilds;
        auto const said =
            in.of.hand_in("person", {in.named("bob", 2), in.named("ada", 3), in.named("eve", 4)});
        in.of.drain();
        CHECK((**said)[0]->verdict == verdict::recorded);
        CHECK((**said)[1].error().kind == errc::refused);
        CHECK(in.of.verdict_on("person", in.named("dan", 3)) != "refused");
        CHECK(person.status().rebuilds == rebuilds);
        // What is not known to be refused is no such case.
        in.of.kept->fail_after(0, log::memory::store::failure::kept);
        auto const unknown = in.of.send("person", in.named("kim", 5));
        CHECK(unknown.error().kind == errc::outcome_unknown);
        in.views->catch_up("names").or_throw();
        CHECK(in.of.verdict_on("person", in.named("kim", 5)) == "duplicate");
        CHECK(person.status().rebuilds == rebuilds + 1);
    }
}

TEST_CASE("whatever is refused, memory is what the log makes of it") {
    CHECK(testing::holds("a restart changes nothing", [] {
        with_names in(testing::one_in(3) ? "strict" : "resequence");
        auto const picture = [&in] {
            auto all = in.of.waiting("person");
            for (auto const& one : in.of.waiting("person", true)) all.push_back("dead " + one);
            for (auto const& gap : in.of.of("person").gaps(100))
                all.push_back(gap.stream + std::to_string(gap.waits_for));
            return all;
        };
        for (int i = 0; i < 12; ++i) {
            std::vector<posted> some;
            for (auto count = 1 + testing::up_to(4); count > 0; --count) {
                auto one = in.named(
                    std::string(1, static_cast<char>('a' + testing::up_to(4))),
                    1 + testing::up_to(4)
                );
                one.stream += std::to_string(testing::up_to(1));
                one.id = one.stream + std::to_string(one.version) + one.data;
                std::erase(one.id, '"');
                some.push_back(std::move(one));
            }
            auto const said = in.of.hand_in("person", some);
            in.of.drain();
            for (auto const& one : **said) RC_ASSERT((one || one.error().kind == errc::refused));
            if (testing::one_in(3)) in.of.settle();
        }
        in.of.settle();
        in.of.settle();
        auto const before = picture();
        auto const passed = in.of.recorded();
        in.restart();
        RC_ASSERT(picture() == before);
        in.of.settle();
        RC_ASSERT(in.of.recorded() == passed);
    }));
}
