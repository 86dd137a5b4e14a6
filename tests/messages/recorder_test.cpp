#include "messages/fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <utility>

using namespace diptych;
using messages::message_kind;
using workshop::running;

namespace {

// As if it had been executed.
write::handled_command mended(running& in, std::string metadata = "{}") {
    auto const* const of = in.app.parts().commands().find("workshop.mend").or_throw();
    return {
        .parts =
            {{.command = of,
              .value = of->parse(R"({"item":"lamp"})").or_throw(),
              .metadata = std::move(metadata)}},
        .caller = {},
        .received = in.time.at,
        .took = {},
        .answer = outcome{}
    };
}

}  // namespace

TEST_CASE("commands are recorded while a question holds the index") {
    running of;
    auto& parts = of.app.parts();
    messages::message_log* asked = nullptr;
    auto const file = [&]() -> result<sqlite::location> {
        if (asked->status().waiting > 0) std::jthread([&] { (void)asked->record(); }).join();
        return sqlite::location{":memory:"};
    };
    messages::message_log told(parts.log(), of.time, {.file = file, .records = true});
    asked = &told;
    told.put(mended(of));
    REQUIRE(told.find({}));
    CHECK(told.status().waiting == 0);
    CHECK(told.status().dropped == 0);
}

TEST_CASE("what can not wait any more is left out and counted") {
    running of;
    for (std::size_t i = 0; i < messages::recorder::waiting_max + 3; ++i) of.log().put(mended(of));
    CHECK(of.log().status().waiting == messages::recorder::waiting_max);
    CHECK(of.log().status().dropped == 3);
    of.settle();
    CHECK(of.log().status().waiting == 0);
    CHECK(of.log().status().dropped == 3);
    CHECK(of.app.log().end().position.value == messages::recorder::waiting_max);
}

TEST_CASE("as much may wait as there is room for") {
    running of;
    auto const mebibyte = R"({"user":")" + std::string(1u << 20, 'u') + R"("})";
    auto const most = messages::recorder::waiting_bytes_max / (1u << 20);
    for (std::size_t i = 0; i < most + 3; ++i) of.log().put(mended(of, mebibyte));
    CHECK(of.log().status().waiting == most - 1);
    CHECK(of.log().status().dropped == 4);
    of.settle();
    CHECK(of.log().status().waiting == 0);
    of.log().put(mended(of, mebibyte));
    CHECK(of.log().status().waiting == 1);
}

TEST_CASE("a record that can not be written takes no other one with it") {
    running of;
    of.log().put(mended(of));
    of.log().put(mended(of, R"({"user":")" + std::string(9u << 20, 'u') + R"("})"));
    of.log().put(mended(of));
    CHECK(!of.log().flush());
    CHECK(of.log().status().waiting == 0);
    CHECK(of.log().status().dropped == 1);
    CHECK(of.log().find({.kind = message_kind::command}).or_throw().messages.size() == 2);
}
