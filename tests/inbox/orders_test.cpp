// In whatever order the messages of several sources come, the view ends the same.
#include "inbox/inbox_fixture.hpp"
#include "property.hpp"
#include "read/view_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::inbox;

namespace {

constexpr auto* history = R"sql(
-- @view order_history
create table order_history (
  order_id text primary key, status text not null, ticket text, delivery_id text, delivery text,
  changes integer not null, created_at timestamp not null
);
create index by_delivery on order_history (delivery_id);
-- @event order_created (order text)
-- @on order_created
insert into order_history (order_id, status, changes, created_at)
values (:order, 'CREATED', 1, :$metadata.occurred_at);
-- @event order_authorized (order text)
-- @on order_authorized
update order_history set status = 'APPROVED', changes = changes + 1 where order_id = :order;
-- @event ticket_accepted (order text)
-- @on ticket_accepted
update order_history set ticket = 'ACCEPTED', changes = changes + 1 where order_id = :order;
-- @event delivery_created (order text, delivery text)
-- @on delivery_created
update order_history set delivery_id = :delivery, delivery = 'CREATED', changes = changes + 1
where order_id = :order;
-- @event delivery_picked_up (delivery text)
-- @on delivery_picked_up
update order_history set delivery = 'PICKED_UP', changes = changes + 1 where delivery_id = :delivery;
)sql";

std::vector<source_text> three_sources(std::string const& mode) {
    auto const head = "mode = '" + mode + "'\n[ids]\norder = 'order'\ndelivery = 'delivery'\n";
    std::string const knows_order = "types = ['order_created']\nid = 'order'\n";
    return {
        {.name = "order", .text = head + "[after.order_authorized]\n" + knows_order},
        {.name = "ticket", .text = head + "[after.'ticket_*']\n" + knows_order},
        {.name = "delivery",
         .text = head + "[after.delivery_created]\n" + knows_order +
                 "[after.delivery_picked_up]\ntypes = ['delivery_created']\nid = 'delivery'\n"}
    };
}

struct sent {
    std::string source;
    posted what;
};

// Two of an order, one of its ticket, two of its delivery.
std::vector<sent> const five{
    {"order", {"o1", "order-1", 1, "order_created", R"({"order":"o"})", "2026-03-01T12:00:00Z"}},
    {"order", {"o2", "order-1", 2, "order_authorized", R"({"order":"o"})", "2026-03-01T12:01:00Z"}},
    {"ticket", {"t1", "ticket-1", 1, "ticket_accepted", R"({"order":"o"})", "2026-03-01T12:02:00Z"}
    },
    {"delivery",
     {"d1",
      "delivery-1",
      1,
      "delivery_created",
      R"({"order":"o","delivery":"d"})",
      "2026-03-01T12:03:00Z"}},
    {"delivery",
     {"d2", "delivery-1", 2, "delivery_picked_up", R"({"delivery":"d"})", "2026-03-01T12:04:00Z"}},
};

constexpr auto* whole =
    R"([{"order_id":"o","status":"APPROVED","ticket":"ACCEPTED","delivery_id":"d",)"
    R"("delivery":"PICKED_UP","changes":5,"created_at":"2026-03-01T12:00:00Z"}])";

std::string rows_in(inbox_fixture& of) {
    read::temporary_folder const folder;
    read::view_set views{*of.log, folder.path(), of.time};
    views.add_text("order_history.sql", history).or_throw();
    views.start().or_throw();
    while (views.step("order_history").or_throw()) {
    }
    return read::rows_of(views, "order_history");
}

std::vector<std::vector<std::size_t>> all_orders() {
    std::vector<std::vector<std::size_t>> all;
    std::vector<std::size_t> order(five.size());
    std::iota(order.begin(), order.end(), 0);
    do all.push_back(order);
    while (std::ranges::next_permutation(order).found);
    return all;
}

bool keeps_order_of_sources(std::vector<std::size_t> const& order) {
    auto const place = [&](std::size_t i) { return std::ranges::find(order, i); };
    return place(0) < place(1) && place(3) < place(4);
}

using answers_later = std::shared_ptr<std::optional<std::vector<result<answer>>>>;

bool is_acknowledged(answers_later const& said) { return said->has_value() && (**said)[0]; }

void deliver(inbox_fixture& of, std::vector<std::size_t> const& order) {
    for (auto const i : order) {
        REQUIRE(of.send(five[i].source, five[i].what));
        of.settle();
    }
}

}  // namespace

TEST_CASE("all interleavings of three sources, each in its order, end in the same rows") {
    for (auto const* const mode : {"tolerant", "strict", "resequence"}) {
        CAPTURE(mode);
        std::size_t count = 0;
        for (auto const& order : all_orders()) {
            if (!keeps_order_of_sources(order)) continue;
            ++count;
            inbox_fixture of(three_sources(mode));
            deliver(of, order);
            CHECK(rows_in(of) == whole);
        }
        CHECK(count == 30);
    }
}

TEST_CASE("all orders of five messages end in the same rows if they are resequenced") {
    std::size_t count = 0;
    for (auto const& order : all_orders()) {
        CAPTURE(order[0] * 10'000 + order[1] * 1'000 + order[2] * 100 + order[3] * 10 + order[4]);
        ++count;
        inbox_fixture of(three_sources("resequence"));
        deliver(of, order);
        CHECK(rows_in(of) == whole);
        for (auto* const one : of.sources->all()) CHECK(one->status().waiting == 0);
    }
    CHECK(count == 120);
}

TEST_CASE("sent twice over, handed in together, with crashes and failed writes, each passes once") {
    CHECK(testing::holds("each message passes once, in its order", [] {
        inbox_fixture of(three_sources("resequence"));
        auto const orders = all_orders();
        auto const once = orders[testing::up_to(orders.size() - 1)];
        auto const twice = orders[testing::up_to(orders.size() - 1)];
        std::vector<std::size_t> order(once);
        order.insert(order.end(), twice.begin(), twice.end());
        std::vector<std::vector<answers_later>> said(five.size());
        for (auto const i : order) {
            if (testing::one_in(8))
                of.kept->fail_after(
                    testing::up_to(1),
                    testing::one_in(2) ? log::memory::store::failure::lost
                                       : log::memory::store::failure::kept
                );
            said[i].push_back(of.hand_in(five[i].source, {five[i].what}));
            if (testing::one_in(4)) of.crash();
            if (testing::one_in(3)) of.settle();
            if (testing::one_in(4)) of.restart();
        }
        of.settle();
        // Senders repeat what was not acknowledged, and nothing else.
        for (int round = 0; round < 3; ++round)
            for (std::size_t i = 0; i < five.size(); ++i) {
                if (std::ranges::any_of(said[i], is_acknowledged)) continue;
                said[i].push_back(of.hand_in(five[i].source, {five[i].what}));
                of.settle();
            }
        auto const passed = of.recorded();
        of.restart();
        of.settle();
        RC_ASSERT(of.recorded() == passed);
        RC_ASSERT(passed.size() == five.size());
        RC_ASSERT(rows_in(of) == whole);
        for (auto* const one : of.sources->all()) RC_ASSERT(one->status().waiting == 0u);
    }));
}

TEST_CASE("memory that is kept and memory that is made again of the log say the same") {
    CHECK(testing::holds("a restart changes nothing", [] {
        inbox_fixture of(three_sources("resequence"));
        for (int i = 0; i < 30; ++i) {
            auto one = five[testing::up_to(five.size() - 1)];
            one.what.version = 1 + testing::up_to(4);
            one.what.stream += std::to_string(testing::up_to(1));
            one.what.id = one.what.stream + std::to_string(one.what.version);
            auto const said = of.send(one.source, one.what);
            auto const is_odd = !said && said.error().code != "message_id_reused";
            RC_ASSERT(!is_odd);
            if (testing::one_in(3)) of.settle();
        }
        of.settle();
        auto const picture = [&of] {
            std::vector<std::string> all;
            for (auto* const one : of.sources->all()) {
                for (auto const& held : of.waiting(one->of().name)) all.push_back(held);
                for (auto const& gap : one->gaps(100))
                    all.push_back(
                        gap.stream + std::to_string(gap.waits_for) + "/" +
                        std::to_string(gap.behind)
                    );
            }
            return all;
        };
        auto const before = picture();
        auto const passed = of.recorded();
        of.restart();
        RC_ASSERT(picture() == before);
        of.settle();
        RC_ASSERT(of.recorded() == passed);
    }));
}
