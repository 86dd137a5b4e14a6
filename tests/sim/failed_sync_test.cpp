// A view of whose file a sync has failed is built again while the node runs.
#include "sim/world.hpp"
#include "two_views.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::sim;
using namespace std::chrono_literals;

namespace {

struct power_cut_machine {
    world all;
    std::uint64_t acknowledged = 0;

    explicit power_cut_machine(std::vector<app::view_text> views = two_views())
        : all(5, {.views = std::move(views)}, {.index = {.wal_pages = 8}, .wal_pages = 8}) {
        all.start().or_throw();
    }

    result<appended> append() {
        auto done = all.node().log().append(
            {.events =
                 {{.stream = "desk-" + std::to_string(acknowledged),
                   .type = "came",
                   .data = R"({"n":1})"}}}
        );
        if (done) ++acknowledged;
        return done;
    }

    std::string file_of(std::string const& view) {
        for (auto const& [path, content] : all.disk().contents())
            if (path.contains("/views/" + view) && path.ends_with(".db")) return path;
        return {};
    }

    void step(std::string const& view) { (void)all.node().views().step(view); }

    read::view_status status(std::string const& view) {
        for (auto const& one : all.node().views().status())
            if (one.name == view) return one;
        return {};
    }
};

}  // namespace

TEST_CASE("a view of whose file a sync has failed is built again at once, and says so") {
    for (std::string const view : {"rows", "counts"})
        for (auto const is_marked : {true, false}) {
            CAPTURE(view);
            CAPTURE(is_marked);
            power_cut_machine on;
            for (int i = 0; i < 50; ++i) on.append().or_throw();
            on.all.come_to_rest().or_throw();
            auto const file = on.file_of(view);
            std::vector<disk_fault> faults{{.operation = "sync", .where = file + "-wal"}};
            if (!is_marked)
                faults.push_back({.operation = "create", .where = file + "-distrusted"});
            auto const is_noticed = [&] {
                auto const now = on.status(view);
                return now.last_error && now.last_error->message.contains("a sync has failed");
            };
            auto met = on.all.disk().faults_met();
            for (int i = 0; i < 40 && !is_noticed(); ++i) {
                // While its WAL is moved: one that fails in a commit is tried again.
                if (on.status(view).last_error) {
                    on.all.come_to_rest().or_throw();
                    met = on.all.disk().faults_met();
                }
                on.append().or_throw();
                if (on.all.disk().faults_met() == met) on.all.disk().fail_at(faults);
                on.step(view);
                on.all.disk().fail_at({});
            }
            // Until it is there again it shows no less than it has shown.
            auto const now = on.status(view);
            REQUIRE(now.last_error);
            CHECK(now.last_error->message.contains("a sync has failed"));
            CHECK(now.at.position == position{0});
            CHECK_FALSE(now.is_served);
            CHECK(on.all.node().views().query(view, {}).error().code == "view_rebuilt");
            if (view == "counts") CHECK(on.append().error().code == "view_behind");
            on.all.come_to_rest().or_throw();
            CHECK(on.status(view).at.position.value == on.acknowledged);
            CHECK_FALSE(on.status(view).last_error);
            CHECK(on.status(view).state == read::view_state::running);
            CHECK(on.status(view).is_served);
            CHECK_FALSE(on.all.disk().contents().contains(file + "-distrusted"));
            CHECK(on.all.node().views().query(view, {}));
            // And its WAL is moved again.
            for (int i = 0; i < 200; ++i) {
                on.append().or_throw();
                on.step(view);
            }
            on.all.come_to_rest().or_throw();
            CHECK(on.all.disk().contents().at(file + "-wal").size() < 40 * 4096);
            auto const verified = on.all.node().log().verify().or_throw();
            CHECK(verified.events == on.acknowledged);
        }
}

TEST_CASE("a file that can not be read for a while is no event's fault, and pauses no view") {
    power_cut_machine on;
    for (int i = 0; i < 300; ++i) on.append().or_throw();
    on.all.come_to_rest().or_throw();
    on.all.stop().or_throw();
    on.all.start().or_throw();
    on.append().or_throw();
    auto const file = on.file_of("rows");
    auto const met = on.all.disk().faults_met();
    on.all.disk().fail_at({{.calls = 1'000, .operation = "read", .where = file}});
    for (int i = 0; i < 10; ++i) {
        on.all.time().advance(40s);
        on.step("rows");
    }
    on.all.disk().fail_at({});
    CHECK(on.all.disk().faults_met() >= met + 10);
    auto const now = on.status("rows");
    CHECK(now.state == read::view_state::running);
    CHECK(now.last_error);
    on.all.come_to_rest().or_throw();
    CHECK(on.status("rows").at.position.value == on.acknowledged);
}

namespace {

/// A node whose index stops being trusted, and is built again.
struct indexing : power_cut_machine {
    indexing() : power_cut_machine(std::vector<app::view_text>{}) {}

    /// As a thread would, for a while.
    void run(std::chrono::seconds time) {
        for (auto gone = 0ms; gone < time; gone += 250ms) {
            all.time().advance(250ms);
            while (all.node().log().index_step().value_or(false)) {
            }
        }
    }

    void lose_trust() {
        all.disk().add_fault({.operation = "sync", .where = "index.db-wal"});
        for (int i = 0; i < 60 && all.disk().faults_met() == 0; ++i) {
            append().or_throw();
            all.time().advance(2s);
            for (auto more = true; more && all.disk().faults_met() == 0;)
                more = all.node().log().index_step().value_or(false);
        }
        REQUIRE(all.disk().faults_met() == 1);
        REQUIRE(has("index.db-distrusted"));
    }

    bool has(std::string const& name) {
        return all.disk().contents().contains("/data/log/" + name);
    }

    void check_answers() {
        auto& log = all.node().log();
        for (std::uint64_t i = 0; i < acknowledged; ++i)
            REQUIRE(log.stream_version("desk-" + std::to_string(i)).or_throw() == version{1});
        CHECK(log.stream_version("desk-none").or_throw() == version{0});
    }

    void check_trusted(int appends) {
        for (auto const* const name : {"index.db-distrusted", "index.next.db", "index.next.db-wal"})
            CHECK_FALSE(has(name));
        for (int i = 0; i < appends; ++i) {
            append().or_throw();
            run(1s);
        }
        check_answers();
        CHECK(all.disk().contents().at("/data/log/index.db-wal").size() < 40 * 4096);
        CHECK_FALSE(all.index_fault());
    }
};

}  // namespace

TEST_CASE("an index of which a sync has failed is built again while the node runs") {
    indexing on;
    on.lose_trust();
    on.check_answers();
    auto* const reader = on.all.reader().or_throw();
    on.run(2s);
    on.check_trusted(40);
    while (reader->refresh().or_throw()) {
    }
    CHECK(reader->stream_version("desk-1").or_throw() == version{1});
    on.all.lose_power();
    on.all.start().or_throw();
    on.check_answers();
}

TEST_CASE("whatever call fails while an index is built again, it answers and is there in the end") {
    for (std::uint64_t call = 1;; ++call) {
        CAPTURE(call);
        indexing on;
        on.lose_trust();
        auto const before = on.all.disk().faults_met();
        on.all.disk().fail_at({{.call = on.all.disk().calls() + call, .where = "index"}});
        on.run(4s);
        on.all.disk().fail_at({});
        if (on.all.disk().faults_met() == before) {
            CHECK(call > 100);
            break;
        }
        on.check_trusted(8);
    }
}

TEST_CASE("wherever power is lost while an index is built again, it is there after the next start"
) {
    for (std::uint64_t call = 1;; call += 3) {
        CAPTURE(call);
        indexing on;
        on.lose_trust();
        on.all.disk().lose_power_at(on.all.disk().calls() + call);
        on.run(2s);
        auto const is_done = !on.all.disk().is_off();
        on.all.lose_power();
        on.all.start().or_throw();
        on.check_trusted(8);
        if (is_done) break;
    }
}

TEST_CASE("an index that is lost before it has its name is not taken for one of an empty log") {
    indexing on;
    auto const append_to_known = [&] {
        return on.all.node().log().append(
            {.events = {{.stream = "known", .type = "came", .data = R"({"n":1})"}}}
        );
    };
    append_to_known().or_throw();
    on.lose_trust();
    append_to_known().or_throw();
    on.all.disk().fail_at({{.calls = 1'000, .operation = "rename", .where = "index"}});
    on.run(2s);
    on.all.disk().fail_at({});
    REQUIRE(on.has("index.next.db"));
    REQUIRE_FALSE(on.has("index.db"));
    append_to_known().or_throw();  // what would be merged into an empty one
    on.all.disk().remove("/data/log/index.next.db").or_throw();
    for (int i = 0; i < 8; ++i) {
        on.run(2s);
        auto const found = on.all.node().log().read({.what = {.items = {{.tags = {"desk-1"}}}}});
        CHECK((!found || found->size() == 1));
    }
    CHECK_FALSE(on.all.stop());
    on.all.start().or_throw();
    on.check_trusted(8);
}

TEST_CASE("where there is no room for a second index, it is not tried again and again") {
    indexing on;
    on.lose_trust();
    auto begun = 0;
    on.all.disk().on_call([&](disk_call const& call) {
        begun += call.operation == "create" && call.path.ends_with("index.next.db") ? 1 : 0;
    });
    on.all.disk().limit_bytes(on.all.disk().bytes() + 9'000);
    on.run(60s);
    CHECK(begun == 1);
    CHECK_FALSE(on.has("index.next.db"));
    on.all.disk().limit_bytes(std::nullopt);
    on.all.time().advance(5min);
    on.run(2s);
    on.check_trusted(8);
}
