#include "domain/shop.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

using namespace diptych;

namespace {

constexpr auto allocations = R"(-- @view allocations async
create table allocations (order_id text primary key, batch text not null);
-- @on allocated
insert into allocations (order_id, batch) values (:order, :batch);
-- @serve filter batch
)";

void write(std::filesystem::path const& file, std::string_view text) {
    std::ofstream(file) << text;
}

append_request stock_of(std::string const& product) {
    return {
        .events = {{
            .stream = "product-" + product,
            .type = "shop.batch_created",
            .tags = {"batch-b1"},
            .data = R"({"batch":"b1","product":")" + product + R"(","quantity":10})",
        }}
    };
}

shop::allocate an_order(std::string const& order) {
    return {.order = {order}, .product = {"table"}, .quantity = 3};
}

}  // namespace

TEST_CASE("an application decides, records and shows, in memory or in a folder") {
    testing::temporary_folder const folder;
    write(folder / "allocations.sql", allocations);
    for (auto const& data : {std::filesystem::path{}, folder / "data"}) {
        for (auto const threads : {true, false}) {
            CAPTURE(data);
            CAPTURE(threads);
            auto app = application{
                {.data = data.empty() ? data : data / std::to_string(int{threads}),
                 .threads = threads}
            };
            app.add<shop::context>().views(folder / "allocations.sql");
            REQUIRE(app.log().append(stock_of("table")));
            auto const answer = app.execute(an_order("o1"), {.command_id = "req-42"});
            REQUIRE(answer);
            CHECK(answer->accepted());
            CHECK(answer->at == token{epoch{1}, position{2}});

            auto const rows =
                app.view("allocations")
                    .query({{"order_id", "eq.o1"}, {"at_least", to_string(answer->at)}});
            REQUIRE(rows);
            CHECK(rows->rows == R"([{"order_id":"o1","batch":"b1"}])");
            CHECK(rows->at == answer->at);

            auto const again = app.execute(an_order("o1"), {.command_id = "req-42"});
            REQUIRE(again);
            CHECK(again->repeated);
            CHECK(again->at == answer->at);
            CHECK(app.close());
        }
    }
}

TEST_CASE("an application goes on where it was closed") {
    testing::temporary_folder const folder;
    for (auto const number : {1, 2}) {
        auto app = application{{.data = folder / "data"}};
        app.add<shop::context>();
        if (number == 1) REQUIRE(app.log().append(stock_of("table")));
        auto const answer = app.execute(an_order("o" + std::to_string(number)));
        REQUIRE(answer);
        CHECK(answer->accepted());
        CHECK(answer->at.position == position{static_cast<std::uint64_t>(number + 1)});
    }
}

TEST_CASE("a refusal is an outcome, not an error") {
    auto app = application{};
    app.add<shop::context>();
    auto const answer = app.execute(an_order("o1"));
    REQUIRE(answer);
    CHECK(!answer->accepted());
    CHECK(answer->reason == "unknown_product");
    CHECK(answer->detail == "Invalid sku table");
}

TEST_CASE("a second application does not write to the same folder, but may read it") {
    testing::temporary_folder const folder;
    auto first = application{{.data = folder / "data"}};
    REQUIRE(first.log().append(stock_of("table")));

    auto second = application{{.data = folder / "data"}};
    auto const refused = second.start();
    REQUIRE(!refused);
    CHECK(refused.error().kind == errc::unavailable);

    auto reader = application{{.data = folder / "data", .read_only = true}};
    REQUIRE(reader.start());
    CHECK(reader.log().end().position == position{1});
    auto const denied = reader.log().append(stock_of("chair"));
    REQUIRE(!denied);
    CHECK(denied.error().kind == errc::denied);
}

TEST_CASE("a reader follows the writer though nobody asks it for anything") {
    testing::temporary_folder const folder;
    auto writer = application{{.data = folder / "data"}};
    REQUIRE(writer.log().append(stock_of("table")));
    auto reader = application{{.data = folder / "data", .read_only = true}};
    REQUIRE(reader.start());
    std::promise<void> more;
    std::once_flag told;
    auto const registration =
        reader.log().on_more([&] { std::call_once(told, [&] { more.set_value(); }); });
    REQUIRE(writer.log().append(stock_of("chair")));
    REQUIRE(more.get_future().wait_for(std::chrono::seconds{60}) == std::future_status::ready);
    CHECK(reader.log().end().position == position{2});
}

TEST_CASE("a reader beside the writer keeps views of its own, which follow") {
    testing::temporary_folder const folder;
    write(folder / "allocations.sql", allocations);
    auto writer = application{{.data = folder / "data"}};
    writer.add<shop::context>().views(folder / "allocations.sql");
    REQUIRE(writer.log().append(stock_of("table")));
    std::vector<std::unique_ptr<application>> readers;
    for (auto const* const views : {"", "one", "two"}) {
        readers.push_back(std::make_unique<application>(application_options{
            .data = folder / "data",
            .read_only = true,
            .views = *views == 0 ? std::filesystem::path{} : folder / views
        }));
        readers.back()->add<shop::context>().views(folder / "allocations.sql");
        REQUIRE(readers.back()->start());
    }
    auto const answer = writer.execute(an_order("o1"));
    REQUIRE(answer);
    for (auto const& reader : readers) {
        auto const shown = reader->view("allocations").query({{"at_least", to_string(answer->at)}});
        REQUIRE(shown);
        CHECK(writer.view("allocations").wait_for(answer->at));
        CHECK(shown->rows == writer.view("allocations").query().or_throw().rows);
        CHECK(shown->rows.find("o1") != std::string::npos);
        auto const denied = reader->execute(an_order("o2"));
        REQUIRE(!denied);
        CHECK(denied.error().kind == errc::denied);
    }
    CHECK(std::filesystem::exists(folder / "one"));
}

TEST_CASE("an application whose view is ahead of its log reads, writes nothing and says why") {
    testing::temporary_folder const folder;
    auto const data = folder / "data";
    write(folder / "allocations.sql", allocations);
    auto const open = [&] {
        auto app = application{{.data = data}};
        app.add<shop::context>().views(folder / "allocations.sql");
        return app;
    };
    {
        auto app = open();
        REQUIRE(app.log().append(stock_of("table")));
        REQUIRE(app.close());
    }
    std::filesystem::copy(data / "log", folder / "older");
    {
        auto app = open();
        auto const answer = app.execute(an_order("o1"), {});
        REQUIRE(answer);
        REQUIRE(app.view("allocations").wait_for(answer->at));
        REQUIRE(app.close());
    }
    // The folder is rolled back, all but the view.
    std::filesystem::remove_all(data / "log");
    std::filesystem::rename(folder / "older", data / "log");
    for (auto const* const name : {"CLOSED", "index.db", "index.db-wal", "index.db-shm"})
        std::filesystem::remove(data / name);

    auto app = open();
    auto const refused = app.log().append(stock_of("chair"));
    REQUIRE(!refused);
    CHECK(refused.error().code == "acknowledged_loss");
    CHECK(refused.error().message.find("view allocations") != std::string::npos);
    auto const left = app.log().read({});
    REQUIRE(left);
    CHECK(left->size() == 1);
}

TEST_CASE("a mistake in adding is the error of starting") {
    auto app = application{};
    app.views("/no/such/folder");
    auto const started = app.start();
    REQUIRE(!started);
    CHECK(started.error().kind == errc::not_found);
    CHECK(started.error().message.find("/no/such/folder") != std::string::npos);
}

TEST_CASE("a view that is behind answers unavailable, and a token from the future invalid") {
    testing::temporary_folder const folder;
    write(folder / "allocations.sql", allocations);
    auto app = application{{.threads = false}};
    app.add<shop::context>().views(folder / "allocations.sql");
    REQUIRE(app.log().append(stock_of("table")));
    auto const future = app.view("allocations").query({{"at_least", "1.99"}});
    REQUIRE(!future);
    CHECK(future.error().kind == errc::invalid);
    CHECK(app.view("allocations").wait_for(app.log().end()));
}

TEST_CASE("nothing can be done with a closed application, and it says so") {
    auto app = application{};
    REQUIRE(app.start());
    REQUIRE(app.close());
    CHECK(app.start().error().message == "the application has been closed");
}
