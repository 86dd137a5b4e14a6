#include "read/projector.hpp"

#include "read/log_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr batch_limits wide{
    .events_max = 100, .bytes_max = 1u << 20, .time_max = std::chrono::seconds{1}
};

struct projector_fixture : log_fixture {
    temporary_folder folder;
    view_database into = view_database::open(
                             folder.path() / "v.db",
                             test_log_id(),
                             [](auto const& in) { return in.execute("create table v (n int)"); },
                             false
    )
                             .or_throw();

    std::int64_t one(char const* query) const {
        auto asked = into.connection().prepare(query).or_throw();
        (void)asked.step().or_throw();
        return asked.integer(0);
    }
};

// Adds a row for each event and fails at some calls; SQLite has then rolled back by itself.
class failing final : public projection {
public:
    failing(sqlite::database const& on, std::vector<int> at) : on_(on), at_(std::move(at)) {}

    bool wants(std::string_view) const override { return true; }
    result<void> apply(recorded_event const&) override {
        if (std::ranges::find(at_, ++calls_) == at_.end())
            return on_.execute("insert into v values (1)");
        on_.execute("rollback").or_throw();
        return fail(errc::failed, "broken", "no");
    }

private:
    sqlite::database const& on_;
    std::vector<int> at_;
    int calls_ = 0;
};

}  // namespace

TEST_CASE("events before a failing one that fail when they are repeated move no checkpoint") {
    projector_fixture of;
    for (int i = 0; i < 3; ++i) of.append("counted", "{}");
    // The third event fails; when the first two are repeated, the second does.
    failing with{of.into.connection(), {3, 5}};
    auto const done = project_batch(of.into, with, *of.log, of.time, wide);
    REQUIRE(!done);
    CHECK(done.error().code == "broken");
    CHECK(of.into.at().at.position == position{0});
    CHECK(of.one("select position from _diptych") == 0);
    CHECK(of.one("select count(*) from v") == 0);

    auto const again = project_batch(of.into, with, *of.log, of.time, wide).or_throw();
    CHECK(again.events == 3);
    CHECK(of.one("select count(*) from v") == 3);
}

TEST_CASE("a checkpoint is not written when SQLite has given up the transaction") {
    projector_fixture of;
    of.into.begin().or_throw();
    of.into.connection().execute("rollback").or_throw();
    auto next = of.into.at();
    next.at.position = position{1};
    CHECK(of.into.commit(next).error().code == "rolled_back");
    CHECK(of.one("select position from _diptych") == 0);
    CHECK(of.into.at().at.position == position{0});
}
