// Inline views that the machine or their own rows stop.
#include "read/example_views.hpp"
#include "read/inline_fixture.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>

using namespace diptych;
using namespace diptych::read;

namespace {

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

}  // namespace

TEST_CASE("a view whose commit fails is detached, catches up and takes part again") {
    inline_fixture of;
    of.append("opened", R"({"id":"a","email":"a@x"})");
    auto const other = sqlite::database::open(of.database()).or_throw();
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
    auto const other = sqlite::database::open(of.database()).or_throw();
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
    sqlite::database::open(of.database())
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
    auto const other = sqlite::database::open(of.database()).or_throw();
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
    auto const file = of.database();
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
    auto const file = of.database();
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
