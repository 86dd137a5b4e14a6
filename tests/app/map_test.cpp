#include "app/node.hpp"
#include "messages/workshop.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>
#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace diptych;

namespace {

struct lost_calls {
    using of = workshop::item_id;
    using sends = diptych::commands<workshop::mend>;
    diptych::reaction react(workshop::given_up const& e) const {
        return workshop::mend{.item = e.item};
    }
};

// Its process sends a command of a context that is not here.
struct hotline
    : diptych::context<diptych::events<workshop::given_up>, diptych::processes<lost_calls>> {
    static constexpr auto name = "hotline";
};

// Says less than it does.
struct secretive {
    using of = workshop::item_id;
    using sends = diptych::commands<workshop::mend>;
    diptych::reaction react(workshop::reported const& e) const {
        return workshop::give_up{.item = e.item};
    }
};
struct back_room : diptych::context<
                       diptych::commands<workshop::report, workshop::mend, workshop::give_up>,
                       diptych::processes<secretive>> {
    static constexpr auto name = "workshop";
};

void write_file(std::filesystem::path const& file, std::string_view text) {
    std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a map shows who makes events and who takes them, without touching the data") {
    testing::temporary_folder const folder;
    write_file(folder / "orders.sql", R"(-- @view orders async
create table orders (item text primary key, part text not null);
-- @on part_ordered
insert into orders values (:item, :part);
)");
    write_file(
        folder / "faults.toml", "to = \"file:faults.ndjson\"\ntypes = [\"workshop.rep*\"]\n"
    );
    write_file(folder / "calls.toml", R"(
from = "redis://127.0.0.1:6379/calls"
[on.broken]
command = "report"
)");
    auto app = application{{.data = folder / "data"}};
    app.add<workshop::context>()
        .views(folder / "orders.sql")
        .channels(folder / "faults.toml")
        .channels(folder / "calls.toml");
    auto const json = app.map(map_format::json).or_throw();
    CHECK(!std::filesystem::exists(folder / "data"));
    auto const document = json::parse(json).or_throw();
    auto const root = document.root();
    CHECK(root.at("commands.0.name")->text() == "workshop.report");
    CHECK(root.at("commands.0.states")->raw() == R"(["bench"])");
    CHECK(root.at("commands.0.events")->raw() == R"(["workshop.reported"])");
    CHECK(root.at("untaken")->raw() == R"(["workshop.given_up"])");
    CHECK(root.at("unhandled")->raw() == "[]");
    auto const of_channel = [&](std::string const& file) {
        write_file(folder / "faults.toml", "to = \"file:faults.ndjson\"\n" + file);
        return app.map().or_throw();
    };
    CHECK(
        of_channel("kinds = [\"item\"]").contains("channel faults\n  takes    workshop.reported, ")
    );
    CHECK(of_channel("kinds = [\"item\", \"shelf\"]").contains("channel faults\nincoming"));
    CHECK(of_channel("categories = [\"shelf\"]").contains("channel faults\nincoming"));
    (void)of_channel("types = [\"workshop.rep*\"]");
    auto const text = app.map().or_throw();
    CHECK(text.contains("view orders\n  takes    workshop.part_ordered\n"));
    CHECK(text.contains("channel faults\n  takes    workshop.reported\n"));
    CHECK(text.contains("  sends    workshop.order_part, workshop.mend, workshop.give_up\n"));
    CHECK(text.contains("incoming channel calls\n  sends    workshop.report\n"));
    CHECK(text.contains("events that nothing takes:\n  workshop.given_up\n"));
    CHECK(app.map(map_format::mermaid).or_throw().contains("process workshop.mending"));
    CHECK(app.map(map_format::dot).or_throw().contains("[style=dashed]"));
}

TEST_CASE("a command that is sent and that nobody executes is drawn, and is no start") {
    auto app = application{{.threads = false}};
    app.add<hotline>();
    auto const started = app.start();
    REQUIRE(!started);
    CHECK(started.error().code == "unhandled_command");
    CHECK(started.error().message.contains("hotline.lost_calls sends workshop.mend"));
    auto const map = app.map().or_throw();
    CHECK(map.contains("commands that are sent, and that nobody here executes:\n  workshop.mend\n")
    );
}

TEST_CASE("a process that sends what it does not declare is stuck, and says with what") {
    auto app = application{{.threads = false, .complain = [](std::string_view) {}}};
    app.add<back_room>();
    REQUIRE(app.execute(workshop::report{.item = {"lamp"}, .fault = "bulb"}));
    for (int i = 0; i < 50; ++i) (void)app.step();
    auto const& process = *app.parts().processes().at(0).second;
    auto const letters = process.status();
    REQUIRE(letters.last_error);
    CHECK(letters.last_error->message.contains("secretive sends workshop.give_up"));
    CHECK(app.log().end().position.value == 2);  // the event, and that it is parked
}

TEST_CASE("a program answers map, and nothing else") {
    auto app = application{{.threads = false}};
    app.add<workshop::context>();
    char const* const map[] = {"program", "map", "--format", "dot"};
    char const* const wrong[] = {"program", "map", "--format", "paint"};
    char const* const other[] = {"program", "serve"};
    CHECK(mapped(app, 4, map) == 0);
    CHECK(mapped(app, 4, wrong) == 2);
    CHECK(mapped(app, 2, other) == std::nullopt);
}
