#include "read/log_fixture.hpp"

#include <diptych/view.hpp>

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace depot {

using product_id = diptych::id<"product">;
using batch_id = diptych::id<"batch">;
enum class size { small, large };

struct batch_created {
    using home = product_id;
    product_id product;
    batch_id batch;
    int quantity;
};
struct taken {
    using home = product_id;
    product_id product;
    batch_id batch;
    int quantity;
};
struct batch_lost {
    using home = product_id;
    product_id product;
    batch_id batch;
};
/// As taken was recorded before there were batches in it.
struct picked {
    product_id product;
    std::string quantity;
    taken upcast() const {
        return {.product = product, .batch = {"old"}, .quantity = std::stoi(quantity)};
    }
};

struct depot : diptych::context<diptych::events<batch_created, taken, batch_lost, picked>> {};

struct batches {
    struct row {
        product_id product;
        batch_id batch;
        int free = 0;
        size kind = size::small;
        bool touched = false;
        double share = 0;
        std::optional<timestamp> changed;
        std::vector<std::string> notes;
    };
    using key = std::tuple<product_id, batch_id>;
    static constexpr auto filter = {"free"};
    static constexpr auto sort = {"free"};

    void project(batch_created const& e, diptych::rows<batches>& rows) const {
        rows.put(
            {.product = e.product,
             .batch = e.batch,
             .free = e.quantity,
             .kind = e.quantity > 9 ? size::large : size::small,
             .changed = {},
             .notes = {"new"}}
        );
    }
    void project(taken const& e, diptych::rows<batches>& rows, recorded_event const& at) const {
        rows.change({e.product, e.batch}, [&](row& r) {
            r.free -= e.quantity;
            r.touched = true;
            r.share = 0.5;
            r.changed = at.recorded_at;
            r.notes.push_back("taken");
        });
    }
    void project(batch_lost const& e, diptych::rows<batches>& rows) const {
        if (!rows.erase({e.product, e.batch})) throw std::runtime_error("no such batch");
    }
};

struct names {
    struct row {
        batch_id batch;
        product_id product;
    };
    using key = batch_id;
    static constexpr bool is_inline = true;
    static constexpr auto unique = {"product"};

    void project(batch_created const& e, diptych::rows<names>& rows) const {
        rows.put({.batch = e.batch, .product = e.product});
    }
};

struct first_names {
    struct row {
        batch_id batch;
        product_id product;
    };
    using key = batch_id;
    static constexpr bool parks = true;
    static constexpr auto unique = {"product"};

    void project(batch_created const& e, diptych::rows<first_names>& rows) const {
        rows.put({.batch = e.batch, .product = e.product});
    }
};

struct places {
    struct row {
        batch_id batch;
        product_id product;
        int quantity = 0;
    };
    using key = batch_id;
    static constexpr bool is_inline = true;
    static constexpr auto unique = {"product, quantity"};

    void project(batch_created const& e, diptych::rows<places>& rows) const {
        rows.put({.batch = e.batch, .product = e.product, .quantity = e.quantity});
    }
};

}  // namespace depot

TEST_CASE("a view in C++ keeps rows of a plain struct, with every kind of field") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add(view_model<depot::batches, depot::depot>()).or_throw();
    views.start().or_throw();
    of.append("depot.batch_created", R"({"product":"p","batch":"b","quantity":10})");
    of.append("depot.taken", R"({"product":"p","batch":"b","quantity":3})");
    of.append("depot.batch_created", R"({"product":"p","batch":"c","quantity":1})");
    of.append("depot.batch_created", R"({"product":"p","batch":"d","quantity":1})");
    of.append("depot.batch_lost", R"({"product":"p","batch":"d"})");
    views.catch_up("batches").or_throw();
    CHECK(
        rows_of(views, "batches", {{"free", "gt.1"}}) ==
        R"([{"product":"p","batch":"b","free":7,"kind":"large","touched":true,"share":0.5,)"
        R"("changed":"1971-01-01T00:00:00.002000Z","notes":["new","taken"]}])"
    );
    CHECK(
        rows_of(views, "batches", {{"order", "free"}, {"select", "batch"}}) ==
        R"([{"batch":"c"},{"batch":"b"}])"
    );
}

TEST_CASE("old events reach a view in C++ as they look today") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add(view_model<depot::batches, depot::depot>()).or_throw();
    views.start().or_throw();
    of.append("depot.picked", R"({"product":"p","quantity":"4"})");
    views.catch_up("batches").or_throw();
    CHECK(
        rows_of(views, "batches", {{"select", "batch,free"}}) == R"([{"batch":"old","free":-4}])"
    );
}

TEST_CASE("old events reach a view file as they look today, also under one name") {
    log_fixture of;
    temporary_folder const folder;
    auto events = model::context{context_model<depot::depot>()}.events;
    for (auto& one : events)
        if (one.upcast != nullptr) one.formerly = {"depot.taken"};
    view_set views{*of.log, folder.path(), of.time, {.events = events}};
    auto const* const file = R"sql(
-- @view sums
create table sums (batch text primary key, quantity integer not null);
-- @on taken
insert into sums values (:batch, :quantity)
on conflict (batch) do update set quantity = quantity + :quantity;
)sql";
    views.add_text("sums.sql", file).or_throw();
    views.start().or_throw();
    of.append("depot.taken", R"({"product":"p","batch":"b","quantity":3})");
    of.append("depot.picked", R"({"product":"p","quantity":"4"})");
    of.append("depot.taken", R"({"product":"p","quantity":"5"})");
    views.catch_up("sums").or_throw();
    CHECK(rows_of(views, "sums") == R"([{"batch":"b","quantity":3},{"batch":"old","quantity":9}])");

    view_set without{*of.log, folder.path(), of.time, {.events = {events[0], events[1]}}};
    without.add_text("sums.sql", file).or_throw();
    CHECK(without.status().front().version != views.status().front().version);
    CHECK(views
              .add_text(
                  "p.sql",
                  "-- @view p\ncreate table p (a text primary key);\n-- @on picked\ndelete from p;"
              )
              .error()
              .message.contains("nobody declares event 'picked'"));
    of.append("depot.picked", R"({"product":"p","quantity":[]})");
    auto const caught_up = views.catch_up("sums");
    REQUIRE(!caught_up);
    CHECK(caught_up.error().message.contains("is of none of its shapes"));
}

TEST_CASE("what a view in C++ throws, or can not read, is a failing event with a name") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add(view_model<depot::batches, depot::depot>()).or_throw();
    views.start().or_throw();
    SUBCASE("an exception") {
        of.append("depot.batch_lost", R"({"product":"p","batch":"b"})");
        auto const caught_up = views.catch_up("batches");
        REQUIRE(!caught_up);
        CHECK(caught_up.error().kind == errc::failed);
        CHECK(caught_up.error().message.contains("no such batch"));
        CHECK(caught_up.error().message.contains("batches"));
    }
    SUBCASE("a field of another type") {
        of.append("depot.taken", R"({"product":"p","batch":"b","quantity":"three"})");
        auto const caught_up = views.catch_up("batches");
        REQUIRE(!caught_up);
        CHECK(caught_up.error().code == "event_misfit");
        CHECK(caught_up.error().message.contains("quantity: expected an integer, found \"three\""));
    }
}

TEST_CASE("an inline view in C++ refuses what would be there twice") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add(view_model<depot::names, depot::depot>()).or_throw();
    views.start().or_throw();
    of.append("depot.batch_created", R"({"product":"p","batch":"b","quantity":1})");
    auto const second =
        of.try_append("depot.batch_created", R"({"product":"p","batch":"c","quantity":1})");
    REQUIRE(!second);
    CHECK(second.error().kind == errc::refused);
    CHECK(second.error().message == "view 'names' allows each product only once");
    CHECK(rows_of(views, "names") == R"([{"batch":"b","product":"p"}])");
}

TEST_CASE("several columns of a view in C++ may be unique together, though none is alone") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add(view_model<depot::places, depot::depot>()).or_throw();
    views.start().or_throw();
    of.append("depot.batch_created", R"({"product":"p","batch":"a","quantity":1})");
    of.append("depot.batch_created", R"({"product":"p","batch":"b","quantity":2})");
    of.append("depot.batch_created", R"({"product":"q","batch":"c","quantity":1})");
    auto const again =
        of.try_append("depot.batch_created", R"({"product":"p","batch":"d","quantity":2})");
    REQUIRE(!again);
    CHECK(again.error().kind == errc::refused);
    CHECK(again.error().message == "view 'places' allows each (product, quantity) only once");
    CHECK(
        rows_of(views, "places", {{"select", "batch"}}) ==
        R"([{"batch":"a"},{"batch":"b"},{"batch":"c"}])"
    );
}

TEST_CASE("a view in C++ may not filter by a column that it has not") {
    auto broken = view_model<depot::names, depot::depot>();
    broken.filter = {"batsh"};
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    CHECK(
        views.add(broken).error().message ==
        "view 'names' has no column 'batsh'; did you mean 'batch'?"
    );
}

TEST_CASE("a view in C++ may park what it fails on") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time, {.attempts_max = 1}};
    views.add(view_model<depot::first_names, depot::depot>()).or_throw();
    views.start().or_throw();
    of.append("depot.batch_created", R"({"product":"p","batch":"b","quantity":1})");
    of.append("depot.batch_created", R"({"product":"p","batch":"c","quantity":1})", "s-2");
    of.append("depot.batch_created", R"({"product":"q","batch":"d","quantity":1})", "s-2");
    of.append("depot.batch_created", R"({"product":"r","batch":"e","quantity":1})", "s-3");
    while (views.step("first_names").or_throw()) {
    }
    CHECK(
        rows_of(views, "first_names", {{"select", "batch"}}) == R"([{"batch":"b"},{"batch":"e"}])"
    );
    CHECK(status_of(views, "first_names").parking.parked == 2);
}
