// Channels of a folder, whether or not this program delivers for them.
#include "app/channel_effects.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <utility>

using namespace diptych;

TEST_CASE("a channel with a command opens without that command only where nothing is delivered") {
    testing::temporary_folder const folder;
    std::ofstream(folder / "counts.toml") << "from = \"http:\"\n[on.a]\ncommand = \"no.such\"\n";
    for (auto const delivers : {true, false}) {
        CAPTURE(delivers);
        application app{{.deliver = delivers, .threads = false}};
        app.channels(folder / "counts.toml");
        auto const started = app.start();
        CHECK(started.has_value() == !delivers);
        if (!started) CHECK(started.error().message.contains("counts.toml: on.a: "));
    }
}

TEST_CASE("two channels of one name are refused, whichever way they go") {
    std::string const in = "from = \"http:\"\n[on.a]\nsource = \"s\"\n";
    std::string const out = "to = \"file:out.jsonl\"\n";
    for (auto const& [first, second] : {std::pair{in, out}, {out, in}, {in, in}, {out, out}}) {
        testing::temporary_folder const one;
        testing::temporary_folder const other;
        std::ofstream(one / "orders.toml") << first;
        std::ofstream(other / "orders.toml") << second;
        application app{{.deliver = false, .threads = false}};
        app.channels(one / "orders.toml").channels(other / "orders.toml");
        auto const started = app.start();
        REQUIRE_FALSE(started);
        CHECK(started.error().code == "channel_file");
        CHECK(started.error().message.ends_with("orders.toml: there is a channel orders already"));
        CHECK(started.error().message.starts_with((other / "orders.toml").string()));
    }
}

TEST_CASE("what passes by itself is no reason to give a message up") {
    auto const kind = [](errc what, std::string code) {
        return app::put_off({what, std::move(code), "it did not work"}).kind;
    };
    CHECK(kind(errc::failed, "io_error") == errc::unavailable);
    CHECK(kind(errc::corrupt, "corrupt_segment") == errc::unavailable);
    CHECK(kind(errc::conflict, "conflict") == errc::unavailable);
    CHECK(kind(errc::unavailable, "log_full") == errc::unavailable);
    CHECK(kind(errc::outcome_unknown, "outcome_unknown") == errc::outcome_unknown);
    CHECK(kind(errc::failed, "user_code") == errc::failed);
    CHECK(kind(errc::invalid, "invalid") == errc::invalid);
}
