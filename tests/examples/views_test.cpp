// The views of the allocation service, tested by what goes in and what comes out, so that the same
// tests run over every way to keep the rows.
#include "allocation/domain.hpp"
#include "products/domain.hpp"

#include <diptych/application.hpp>
#include <diptych/testing.hpp>
#include <diptych/testing_views.hpp>
#include <diptych/view.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace shop;

namespace {

std::filesystem::path const views = ALLOCATION_VIEWS;

// The view allocations.sql again, in C++.
struct allocations {
    struct row {
        shop::order_id order_id;
        product_id sku;
        int quantity = 0;
        batch_id batchref;
    };
    using key = std::tuple<shop::order_id, product_id, int>;
    static constexpr auto filter = {"order_id", "sku"};

    void project(allocated const& e, diptych::rows<allocations>& rows) const {
        rows.put(
            {.order_id = e.order, .sku = e.product, .quantity = e.quantity, .batchref = e.batch}
        );
    }
    void project(deallocated const& e, diptych::rows<allocations>& rows) const {
        rows.erase({e.order, e.product, e.quantity});
    }
};

// A view that no event with an order fits.
constexpr auto stubborn = R"(-- @view stubborn  async
create table stubborn (order_id text primary key, note text not null);
-- @on allocated
insert into stubborn (order_id, note) values (:order, null);
)";

// The service without threads: all that happens, happens in a call.
class service {
public:
    service() { app_.add<context>(); }

    diptych::application& app() { return app_; }

    void send(auto const& command) {
        auto const answer = app_.execute(command).or_throw();
        REQUIRE(answer.accepted());
        settle();
    }
    // Processes and async views do what they have to do.
    void settle() {
        while (app_.step().or_throw()) {
        }
    }
    std::string rows(std::string view, std::string order) {
        return app_.view(view)
            .query({{"order_id", "eq." + order}, {"select", "sku,batchref"}})
            .or_throw()
            .rows;
    }

private:
    diptych::application app_{{.threads = false, .wait_max = std::chrono::milliseconds{1}}};
};

void orders_over_two_batches(service& of) {
    of.send(create_batch{.batch = {"b1"}, .product = {"lamp"}, .quantity = 5, .eta = {}});
    of.send(create_batch{.batch = {"b2"}, .product = {"lamp"}, .quantity = 5, .eta = {}});
    of.send(create_batch{.batch = {"b3"}, .product = {"rug"}, .quantity = 5, .eta = {}});
    of.send(allocate{.order = {"o1"}, .product = {"lamp"}, .quantity = 4});
    of.send(allocate{.order = {"o1"}, .product = {"rug"}, .quantity = 1});
    of.send(allocate{.order = {"o2"}, .product = {"lamp"}, .quantity = 1});
}

void check_allocations(service& of) {
    orders_over_two_batches(of);
    CHECK(
        of.rows("allocations", "o1") ==
        R"([{"sku":"lamp","batchref":"b1"},{"sku":"rug","batchref":"b3"}])"
    );
    CHECK(of.rows("allocations", "o2") == R"([{"sku":"lamp","batchref":"b1"}])");
    CHECK(of.rows("allocations", "o3") == "[]");

    // Reallocation takes the old row away and brings the new one.
    of.send(change_batch_quantity{.batch = {"b1"}, .quantity = 4});
    CHECK(of.rows("allocations", "o2") == R"([{"sku":"lamp","batchref":"b2"}])");
    CHECK(
        of.rows("allocations", "o1") ==
        R"([{"sku":"lamp","batchref":"b1"},{"sku":"rug","batchref":"b3"}])"
    );
}

std::string text_of(std::filesystem::path const& file) {
    std::ifstream in{file};
    return (std::ostringstream{} << in.rdbuf()).str();
}

// A view file of the test's own, deleted with it.
class view_file {
public:
    view_file(std::string name, std::string const& text)
        : path_(std::filesystem::temp_directory_path() / name) {
        std::ofstream{path_} << text;
    }
    view_file(view_file const&) = delete;
    view_file& operator=(view_file const&) = delete;
    ~view_file() { std::filesystem::remove(path_); }

    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("S3-14 S3-24 allocations by an inline SQL view show exactly an order's batches") {
    service shop;
    shop.app().views(views / "allocations.sql");
    check_allocations(shop);
}

TEST_CASE("S3-16 S3-29 allocations by an async SQL view pass the same test") {
    auto text = text_of(views / "allocations.sql");
    text.replace(text.find("inline"), 6, "async");
    view_file const file{"diptych_async_allocations.sql", text};
    service shop;
    shop.app().views(file.path());
    check_allocations(shop);
}

TEST_CASE("S3-16 S3-27 allocations by a view in C++ pass the same test") {
    service shop;
    shop.app().add(diptych::view_model<allocations, context>());
    check_allocations(shop);
}

TEST_CASE("S3-23 a view that fails stops neither commands nor other views, and says so") {
    view_file const file{"diptych_stubborn.sql", stubborn};
    service shop;
    shop.app().views(views).views(file.path());
    check_allocations(shop);
    CHECK(!shop.app().view("stubborn").wait_for(shop.app().log().end()));
}

TEST_CASE("D12 a line that waits is shown as out of stock, then with its batch") {
    service shop;
    shop.app().views(views);
    shop.send(create_batch{.batch = {"b1"}, .product = {"lamp"}, .quantity = 1, .eta = {}});
    shop.send(allocate{.order = {"o1"}, .product = {"lamp"}, .quantity = 3});
    auto const line = [&] {
        return shop.app()
            .view("order_lines")
            .query({{"order_id", "eq.o1"}, {"select", "state,batchref"}})
            .or_throw()
            .rows;
    };
    CHECK(line() == R"([{"state":"out_of_stock","batchref":null}])");
    shop.send(change_batch_quantity{.batch = {"b1"}, .quantity = 3});
    CHECK(line() == R"([{"state":"allocated","batchref":"b1"}])");
}

TEST_CASE("the stock view is what is left of what was bought") {
    service shop;
    shop.app().views(views);
    orders_over_two_batches(shop);
    auto const stock = shop.app().view("stock").query(
        {{"select", "batchref,quantity,available"}, {"sku", "eq.lamp"}}
    );
    CHECK(
        stock.value().rows ==
        R"([{"batchref":"b1","quantity":5,"available":0},{"batchref":"b2","quantity":5,"available":5}])"
    );
}

TEST_CASE("the view files pass their own tests in every way that a view comes to its rows") {
    auto const report = diptych::testing::expect_views<context>(views);
    CHECK(report.files == 3);
    CHECK(report.cases == 3);
}

TEST_CASE("S2-10 S2-12 S2-29 the views of the catalogue pass their tests, live and built again") {
    auto const report = diptych::testing::expect_views<catalogue::context>(PRODUCTS_VIEWS);
    CHECK(report.files == 5);
    CHECK(report.cases == 1);
}

TEST_CASE("a view file that does not fit the contexts of a program fails its test") {
    auto const folder = std::filesystem::temp_directory_path() / "diptych-misfit-views";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "v.sql")
        << "-- @view v\ncreate table v (id text primary key, n text);\n"
           "-- @on allocated\ninsert into v (id, n) values (:ordr, "
           ":quantity);\n-- @on alocated\ndelete from v where n = :x;\n";
    auto const report = diptych::testing::test_views(folder, {&diptych::context_model<context>()});
    REQUIRE(report);
    REQUIRE(report->faults.size() == 4);
    CHECK(report->faults[0].contains("v.sql:4:31: shop.allocated has no field ':ordr'; did you"));
    CHECK(report->faults[1].contains("v.sql:4:38: :quantity of shop.allocated is integer and can"));
    CHECK(report->faults[2].contains("v.sql:5:4: nobody declares event 'alocated'; did you mean"));
    CHECK(report->faults[3].contains("v.sql:6:13: for each event this statement goes through"));
    CHECK_THROWS_AS(diptych::testing::expect_views<context>(folder), diptych::scenario_failed const&);
    std::filesystem::remove_all(folder);
}
