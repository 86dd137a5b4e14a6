#include "read/example_views.hpp"
#include "read/inline_fixture.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

TEST_CASE("an inline view shows an append before it is answered") {
    inline_fixture of;
    auto const at = of.append("opened", R"({"id":"a","email":"a@x"})");
    CHECK(rows_of(*of.views, "accounts") == R"([{"id":"a","email":"a@x","balance":0.00}])");
    CHECK(of.views->has_reached("accounts", at).or_throw());
    CHECK(of.views->query("accounts", {}).or_throw().at == at);
    CHECK(status_of(*of.views, "accounts").state == view_state::running);
}

TEST_CASE("a violated constraint refuses the append with a sentence and leaves no trace") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    auto const end = of.log->end();
    auto const before = rows_of(*of.views, "accounts");
    auto const refusal = [&](std::string type, std::string data) {
        auto const tried = of.try_append(std::move(type), std::move(data));
        REQUIRE(!tried);
        CHECK(tried.error().kind == errc::refused);
        CHECK(of.log->end() == end);
        CHECK(rows_of(*of.views, "accounts") == before);
        auto const& [name, place] = tried.error().facts.back();
        CHECK(name + place.substr(0, 14) == "statement\"accounts.sql:");
        return tried.error().message;
    };
    CHECK(
        refusal("opened", R"({"id":"b","email":"a@x"})") ==
        "view 'accounts' allows each email only once"
    );
    CHECK(
        refusal("opened", R"({"id":"a","email":"b@x"})") ==
        "view 'accounts' allows each id only once"
    );
    CHECK(refusal("opened", R"({"id":"b"})") == "view 'accounts' needs a value for email");
    CHECK(refusal("moved", R"({"id":"a","amount":-0.01})")
              .starts_with("view 'accounts' allows only what meets: "));

    of.append("opened", R"({"id":"b","email":"b@x"})");
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"b"}])");
}

TEST_CASE("all events of a refused append are undone, and the next append judges a clean world") {
    inline_fixture of;
    std::vector<event_data> two(2);
    two[0] = {.stream = "s-1", .type = "opened", .data = R"({"id":"a","email":"a@x"})"};
    two[1] = {.stream = "s-1", .type = "opened", .data = R"({"id":"b","email":"a@x"})"};
    CHECK(of.log->append({.events = two}).error().kind == errc::refused);
    CHECK(rows_of(*of.views, "accounts") == "[]");
    of.append("opened", R"({"id":"b","email":"a@x"})");
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"b"}])");
}

TEST_CASE("one refused append of a group does not touch the others") {
    inline_fixture of;
    std::vector<std::string> answers(4);
    auto const propose = [&](std::size_t i, std::string data) {
        log::proposal what;
        what.request.events.push_back({.stream = "s-1", .type = "opened", .data = std::move(data)});
        what.done = [&answers, i](result<appended> answer) {
            answers[i] = answer ? "accepted" : to_string(answer.error().kind);
        };
        of.log->propose(std::move(what));
    };
    propose(0, R"({"id":"a","email":"a@x"})");
    propose(1, R"({"id":"b","email":"a@x"})");
    propose(2, R"({"id":"c","email":"c@x"})");
    propose(3, R"({"id":7,"email":"d@x"})");
    while (of.log->commit_step()) {
    }
    CHECK(answers == std::vector<std::string>{"accepted", "refused", "accepted", "failed"});
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"c"}])");
    CHECK(of.log->end().position == position{2});
}

TEST_CASE("an event that does not fit an inline view fails its append and says where") {
    inline_fixture of;
    auto const tried = of.try_append("opened", R"({"id":"a","email":["a@x"]})");
    REQUIRE(!tried);
    CHECK(tried.error().kind == errc::failed);
    CHECK(tried.error().message.contains("accounts.sql:9"));
    CHECK(tried.error().message.contains("email: expected text, found [\"a@x\"]"));
    CHECK(of.log->end().position == position{0});
    of.append("opened", R"({"id":"a","email":"a@x"})");
}

TEST_CASE("events of other types move an inline view on without a write") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    auto const file = of.database();
    auto const wal = std::filesystem::file_size(file.string() + "-wal");
    auto const at = of.append("something_else", "{}");
    CHECK(std::filesystem::file_size(file.string() + "-wal") == wal);
    CHECK(of.views->has_reached("accounts", at).or_throw());
    CHECK(of.views->query("accounts", {}).or_throw().at == at);
}

TEST_CASE("an inline view is caught up before the first command") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.views.reset();
    of.append("opened", R"({"id":"b","email":"b@x"})");
    of.append("something_else", "{}");
    of.reopen();
    of.start();
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"b"}])");
    CHECK(of.try_append("opened", R"({"id":"c","email":"b@x"})").error().kind == errc::refused);
}

TEST_CASE("a view taken out of the set refuses nothing any more") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.views.reset();
    of.append("opened", R"({"id":"b","email":"a@x"})");
}

TEST_CASE("a frame that could not be written leaves no trace in an inline view") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.kept->fail_after(0, log::memory::store::failure::lost);
    CHECK(
        of.try_append("opened", R"({"id":"b","email":"b@x"})").error().kind == errc::outcome_unknown
    );
    while (of.views->step("accounts").or_throw()) {
    }
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"}])");
    of.append("opened", R"({"id":"b","email":"b@x"})");
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"b"}])");
}

TEST_CASE("a frame that was written though its write failed is caught up with") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.kept->fail_after(0, log::memory::store::failure::kept);
    CHECK(
        of.try_append("opened", R"({"id":"b","email":"b@x"})").error().kind == errc::outcome_unknown
    );
    (void)of.try_append("something_else", "{}");  // the first to notice reopens the log
    while (of.views->step("accounts").or_throw()) {
    }
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"b"}])");
    CHECK(of.try_append("opened", R"({"id":"c","email":"b@x"})").error().kind == errc::refused);
}

TEST_CASE("an append that is refused leaves no transaction open in an inline view") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    CHECK(of.try_append("opened", R"({"id":"a","email":"a@x"})").error().kind == errc::refused);
    auto const file = of.database();
    auto const other = sqlite::database::open(file, {.busy_timeout_ms = 0}).or_throw();
    CHECK(other.execute("begin immediate; rollback"));
}

TEST_CASE("the WAL of an inline view is moved into its file by step, not by commits") {
    inline_fixture of;
    auto const file = of.database();
    auto const wal = [&] { return std::filesystem::file_size(file.string() + "-wal"); };
    auto const email = std::string(2000, 'x');
    for (int i = 0; wal() < (5u << 20); ++i) {
        auto const id = std::to_string(i);
        of.append("opened", R"({"id":")" + id + R"(","email":")" + email + id + R"("})");
    }
    auto const database = std::filesystem::file_size(file);
    CHECK(!of.views->step("accounts").or_throw());
    CHECK(std::filesystem::file_size(file) > database);
    // The next commit begins the WAL anew.
    auto const size = wal();
    of.append("opened", R"({"id":"z","email":"z"})");
    CHECK(wal() == size);
}
