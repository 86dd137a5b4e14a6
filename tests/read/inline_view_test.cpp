#include "read/example_views.hpp"
#include "read/log_fixture.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr char const* accounts = R"sql(
-- @view accounts inline
create table accounts (
  id text primary key, email text not null unique, balance decimal(2) not null check (balance >= 0)
);
-- @event opened (id text, email text)
-- @event moved (id text, amount decimal(2))
-- @on opened
insert into accounts values (:id, :email, 0);
-- @on moved
update accounts set balance = balance + :amount where id = :id;
)sql";

std::filesystem::path only_database(std::filesystem::path const& folder) {
    for (auto const& one : std::filesystem::directory_iterator{folder})
        if (one.path().extension() == ".db") return one.path();
    FAIL("no database");
    return {};
}

// Another view of the commit step, whose turn comes after that of the accounts.
class called_on_commit final : public log::inline_view {
public:
    explicit called_on_commit(std::function<void()> call) : call_(std::move(call)) {}

    std::string_view name() const override { return "other"; }
    result<void> apply(std::span<recorded_event const>) override { return {}; }
    void keep() override {}
    void drop() override {}
    result<void> commit(log::log_end const&) override {
        call_();
        return {};
    }
    void abandon() override {}

private:
    std::function<void()> call_;
};

struct inline_fixture : log_fixture {
    temporary_folder folder;
    std::unique_ptr<view_set> views;

    inline_fixture() { start(); }

    void start() {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time);
        views->add_text("accounts.sql", accounts).or_throw();
        views->start().or_throw();
    }
};

}  // namespace

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
    auto const file = only_database(of.folder.path());
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

TEST_CASE("a view whose commit fails is detached, catches up and takes part again") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    auto const other = sqlite::database::open(only_database(of.folder.path())).or_throw();
    other
        .execute(
            "create trigger stop before update on _diptych begin select raise(abort, 'no'); end"
        )
        .or_throw();

    auto const behind = of.try_append("opened", R"({"id":"b","email":"b@x"})").or_throw();
    CHECK(behind.view_behind);
    CHECK(of.try_append("opened", R"({"id":"c","email":"c@x"})").error().kind == errc::unavailable);
    CHECK(!of.views->has_reached("accounts", behind.at).or_throw());
    CHECK(!of.views->step("accounts"));
    CHECK(status_of(*of.views, "accounts").state == view_state::detached);

    other.execute("drop trigger stop").or_throw();
    of.time.advance(std::chrono::minutes{1});
    of.views->catch_up("accounts").or_throw();
    CHECK(status_of(*of.views, "accounts").state == view_state::running);
    CHECK(of.views->has_reached("accounts", behind.at).or_throw());
    of.append("opened", R"({"id":"c","email":"c@x"})");
    CHECK(
        rows_of(*of.views, "accounts", {{"select", "id"}}) ==
        R"([{"id":"a"},{"id":"b"},{"id":"c"}])"
    );
}

TEST_CASE("a view whose transaction is lost by an append that is refused takes part again") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    auto const other = sqlite::database::open(only_database(of.folder.path())).or_throw();
    SUBCASE("SQLite has rolled it back by itself") {
        other
            .execute(
                "create trigger stop before insert on accounts when new.id = 'b' begin "
                "select raise(rollback, 'no'); end"
            )
            .or_throw();
        CHECK(!of.try_append("opened", R"({"id":"b","email":"b@x"})"));
    }
    SUBCASE("it could not begin") {
        other.execute("update _diptych set position = 0").or_throw();
        auto const tried = of.try_append("opened", R"({"id":"b","email":"b@x"})");
        CHECK(tried.error().kind == errc::unavailable);
        CHECK(tried.error().code == "checkpoint_moved");
        other.execute("delete from accounts").or_throw();
    }
    CHECK(of.try_append("opened", R"({"id":"c","email":"c@x"})").error().code == "view_behind");
    of.views->catch_up("accounts").or_throw();
    CHECK(status_of(*of.views, "accounts").state == view_state::running);
    of.append("opened", R"({"id":"c","email":"c@x"})");
    CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"c"}])");
}

TEST_CASE("a view that could not commit is left alone until the commit step has let go of it") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    int commits = 0;
    auto const other = std::make_shared<called_on_commit>([&] {
        ++commits;
        CHECK(!of.views->step("accounts").or_throw());
        CHECK(status_of(*of.views, "accounts").state == view_state::running);
    });
    of.log->attach(other, of.log->end().position).or_throw();
    sqlite::database::open(only_database(of.folder.path()))
        .or_throw()
        .execute(
            "create trigger stop before update on _diptych begin select raise(abort, 'no'); end"
        )
        .or_throw();
    CHECK(of.try_append("opened", R"({"id":"b","email":"b@x"})").or_throw().view_behind);
    CHECK(commits == 1);
    CHECK(!of.views->step("accounts"));
    CHECK(status_of(*of.views, "accounts").state == view_state::detached);
}

TEST_CASE("after a restart appends wait for an inline view that can not catch up") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.views.reset();
    of.append("opened", R"({"id":"b","email":"b@x"})");
    auto const other = sqlite::database::open(only_database(of.folder.path())).or_throw();
    other
        .execute(
            "create trigger stop before insert on accounts begin select raise(abort, 'no'); end"
        )
        .or_throw();
    of.reopen();
    of.start();
    CHECK(of.log->detached_views() == std::vector<std::string>{"accounts"});
    CHECK(of.try_append("opened", R"({"id":"c","email":"a@x"})").error().code == "view_behind");
    SUBCASE("until it has") {
        other.execute("drop trigger stop").or_throw();
        of.time.advance(std::chrono::minutes{1});
        of.views->catch_up("accounts").or_throw();
        CHECK(of.log->detached_views().empty());
        auto const twice = of.try_append("opened", R"({"id":"c","email":"a@x"})");
        CHECK(twice.error().kind == errc::refused);
    }
    SUBCASE("or until it is taken out") {
        of.views.reset();
        of.append("opened", R"({"id":"c","email":"a@x"})");
    }
}

TEST_CASE("appends wait for an inline view that does not open, and hear why") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.views.reset();
    auto const file = only_database(of.folder.path());
    auto const aside = of.folder.path() / "aside";
    std::filesystem::rename(file, aside);
    std::filesystem::create_directory(file);
    of.reopen();
    of.start();
    CHECK(status_of(*of.views, "accounts").state == view_state::failed);
    auto const twice = [&] { return of.try_append("opened", R"({"id":"c","email":"a@x"})"); };
    auto const held = twice();
    REQUIRE(!held);
    CHECK(held.error().kind == errc::unavailable);
    CHECK(held.error().code == "view_behind");
    CHECK(held.error().message.starts_with("appends wait for inline views: accounts ("));
    CHECK(held.error().message.contains(file.filename().string()));
    CHECK(!of.views->query("accounts", {}));

    SUBCASE("it is opened again after a pause") {
        REQUIRE(of.views->retry_at("accounts"));
        auto const first_pause = std::chrono::milliseconds{100};
        of.time.advance(first_pause);
        CHECK(!of.views->step("accounts").or_throw());
        CHECK(*of.views->retry_at("accounts") - of.time.now() == 2 * first_pause);
        CHECK(twice().error().code == "view_behind");

        std::filesystem::remove(file);
        std::filesystem::rename(aside, file);
        CHECK(!of.views->step("accounts").or_throw());
        CHECK(status_of(*of.views, "accounts").state == view_state::failed);
        of.time.advance(std::chrono::minutes{1});
        of.views->catch_up("accounts").or_throw();
        CHECK(status_of(*of.views, "accounts").state == view_state::running);
        CHECK(!status_of(*of.views, "accounts").last_error);
        CHECK(twice().error().kind == errc::refused);
        of.append("opened", R"({"id":"b","email":"b@x"})");
        CHECK(rows_of(*of.views, "accounts", {{"select", "id"}}) == R"([{"id":"a"},{"id":"b"}])");
    }
    SUBCASE("its file is taken away: it is built anew before an append goes on") {
        std::filesystem::remove(file);
        of.time.advance(std::chrono::minutes{1});
        CHECK(of.views->step("accounts").or_throw());
        CHECK(twice().error().message.contains("accounts (it catches up)"));
        of.views->catch_up("accounts").or_throw();
        CHECK(twice().error().kind == errc::refused);
    }
    SUBCASE("it is taken out") {
        of.views.reset();
        twice().or_throw();
    }
}

TEST_CASE("a new inline view that can not be built takes no part, also if it did not open at first"
) {
    inline_fixture of;
    auto const file = only_database(of.folder.path());
    of.views.reset();
    std::filesystem::remove_all(of.folder.path());
    std::filesystem::create_directories(file);
    of.append("opened", R"({"id":"a","email":"a@x"})");
    of.append("opened", R"({"id":"b","email":"a@x"})");  // what the view would have refused
    of.start();
    auto const one_more = [&] { return of.try_append("opened", R"({"id":"c","email":"c@x"})"); };
    CHECK(one_more().error().code == "view_behind");
    std::filesystem::remove(file);
    of.time.advance(std::chrono::minutes{1});
    CHECK(!of.views->catch_up("accounts"));
    CHECK(of.log->detached_views().empty());
    CHECK(one_more());
}

TEST_CASE("an append that is refused leaves no transaction open in an inline view") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    CHECK(of.try_append("opened", R"({"id":"a","email":"a@x"})").error().kind == errc::refused);
    auto const file = only_database(of.folder.path());
    auto const other = sqlite::database::open(file, {.busy_timeout_ms = 0}).or_throw();
    CHECK(other.execute("begin immediate; rollback"));
}

TEST_CASE("the WAL of an inline view is moved into its file by step, not by commits") {
    inline_fixture of;
    auto const file = only_database(of.folder.path());
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
