#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

using namespace diptych;

namespace {

// What is said on standard error meanwhile; `at_once` is called behind each piece.
class heard : private std::stringbuf {
public:
    explicit heard(std::function<void()> at_once = [] {})
        : at_once_(std::move(at_once)), before_(std::cerr.rdbuf(this)) {}
    ~heard() override { std::cerr.rdbuf(before_); }
    heard(heard const&) = delete;
    heard& operator=(heard const&) = delete;

    std::string text() const { return str(); }

private:
    int sync() override {
        at_once_();
        return 0;
    }

    std::function<void()> at_once_;
    std::streambuf* before_;
};

}  // namespace

TEST_CASE("a program that did what it should ends with 0 and says nothing") {
    heard const said;
    CHECK(exit_code({}) == 0);
    CHECK(said.text().empty());
}

TEST_CASE("a program that could not do it ends with 1 and says which program, and why") {
    heard const said;
    CHECK(exit_code(fail(errc::unavailable, "another process writes to shop")) == 1);
    CHECK(said.text() == "diptych_app_tests: another process writes to shop\n");
}

TEST_CASE("serving what can not be opened is an error that main can return") {
    heard const said;
    auto app = application{{}};
    app.views("no/such/folder");
    CHECK(exit_code(app.serve({.http = "127.0.0.1:0"})) == 1);
    CHECK(said.text() == "diptych_app_tests: there is no view file or folder no/such/folder\n");
}

TEST_CASE("who serves and does not ask where is told on standard error") {
    auto app = application{{}};
    heard const said{[&] { app.stop(); }};
    CHECK(exit_code(app.serve({.http = "127.0.0.1:0"})) == 0);
    CHECK(said.text().starts_with("serving http://127.0.0.1:"));
    CHECK(said.text().ends_with("\n"));
}
