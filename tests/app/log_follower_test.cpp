#include "app/log_follower.hpp"

#include "app/node.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto totals = R"(-- @view orders async
-- @event order_placed (total integer)
create table orders (stream text primary key, total integer not null);
-- @on order_placed
insert into orders (stream, total) values (:$stream, :total);
-- @serve filter total
)";

/// A log that may be away, and a copy of it.
struct followed {
    temporary_folder folder;
    bool is_away = false;
    application shop{{.data = folder / "shop", .threads = false}};

    followed() { shop.start().or_throw(); }

    void place(int n) {
        auto const text = std::to_string(n);
        shop.log()
            .append(
                {.events = {{
                     .stream = "order-o" + text,
                     .type = "order_placed",
                     .data = R"({"total":)" + text + "}",
                 }}}
            )
            .or_throw();
    }
    result<std::unique_ptr<app::log_follower>> follow() {
        return app::log_follower::open(
            storage::system_disk(),
            folder / "copy",
            system_clock(),
            "shop",
            [&](log::stored_place const& from) -> result<log::stored_piece> {
                if (is_away) return fail(errc::unavailable, "there is nobody");
                return shop.parts().log().stored(from, 1u << 20);
            }
        );
    }
    static void bring_up(app::log_follower& with) {
        while (with.step().or_throw()) {
        }
    }
    std::string rows() const {
        auto replica = application{{.data = folder / "copy", .read_only = true, .threads = false}};
        std::ofstream(folder / "orders.sql") << totals;
        replica.views(folder / "orders.sql");
        replica.start().or_throw();
        auto const answer = replica.view("orders").query().or_throw();
        replica.close().or_throw();
        return answer.rows;
    }
};

}  // namespace

TEST_CASE("a log is followed, its copy serves views, and says how far it is") {
    followed of;
    of.place(1);
    auto const follower = of.follow().or_throw();
    followed::bring_up(*follower);
    CHECK(of.rows() == R"([{"stream":"order-o1","total":1}])");
    of.place(2);
    CHECK(of.rows() == R"([{"stream":"order-o1","total":1}])");
    followed::bring_up(*follower);
    CHECK(of.rows() == R"([{"stream":"order-o1","total":1},{"stream":"order-o2","total":2}])");
    auto const status = follower->status();
    CHECK(status.name == "shop");
    CHECK(to_string(status.at) == "1.2");
    CHECK(to_string(status.end) == "1.2");
    CHECK(status.trouble.empty());
    CHECK(status.heard_at > timestamp{});
}

TEST_CASE("a source that is away is said, and asked again; a copy does without it from its start") {
    followed of;
    of.is_away = true;
    CHECK(of.follow().error().kind == errc::unavailable);
    of.is_away = false;
    of.place(1);
    followed::bring_up(*of.follow().or_throw());
    of.place(2);
    of.is_away = true;
    auto const follower = of.follow().or_throw();
    CHECK_FALSE(follower->step());
    CHECK(follower->status().trouble == "there is nobody");
    CHECK(to_string(follower->status().at) == "1.1");
    CHECK(of.rows() == R"([{"stream":"order-o1","total":1}])");
    of.is_away = false;
    followed::bring_up(*follower);
    CHECK(follower->status().trouble.empty());
    CHECK(of.rows() == R"([{"stream":"order-o1","total":1},{"stream":"order-o2","total":2}])");
}

TEST_CASE("another log's folder is not followed into, nor one that is written to") {
    followed of;
    of.place(1);
    {
        auto other = application{{.data = of.folder / "copy", .threads = false}};
        other.start().or_throw();
        other.close().or_throw();
    }
    auto const refused = of.follow();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "not_a_copy");
}
