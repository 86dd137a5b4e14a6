// A view whose file is damaged, asked all the time while it is built again.
#include "sim/world.hpp"
#include "two_views.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace diptych;
using namespace diptych::sim;

TEST_CASE("what a query is told of a damaged file damages none that has taken its place") {
    for (std::string const view : {"rows", "counts"}) {
        CAPTURE(view);
        world all{5, {.views = two_views()}, {.wal_pages = 8}};
        all.start().or_throw();
        for (auto i = 0; i < 50; ++i)
            all.node()
                .log()
                .append({.events = {{.stream = "desk-1", .type = "came", .data = R"({"n":1})"}}})
                .or_throw();
        all.come_to_rest().or_throw();
        all.stop().or_throw();
        std::string file;
        for (auto const& [path, content] : all.disk().contents())
            if (path.contains("/views/" + view) && path.ends_with(".db")) file = path;
        REQUIRE(!file.empty());
        all.disk().replace(file, std::string(all.disk().contents().at(file).size(), '?'));

        all.start().or_throw();
        REQUIRE(all.node().views().query(view, {}).error().code == "view_rebuilt");
        auto asked = 0;
        auto removed = 0;
        all.disk().before_call([&](std::string_view, std::string const& path) {
            if (!path.starts_with(file)) return;
            ++asked;
            CHECK_FALSE(all.node().views().query(view, {}));
        });
        all.disk().on_call([&](disk_call const& call) {
            if (call.operation == "remove" && call.path == file) ++removed;
        });
        (void)all.node().views().step(view);
        all.disk().before_call({});
        CHECK(asked > 0);
        all.come_to_rest().or_throw();
        CHECK(removed == 1);
        CHECK(all.node().views().query(view, {}));
    }
}
