#include "cli/exit_code.hpp"

#include "cli/service.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diptych;

namespace {

constexpr errc all_kinds[] = {
    errc::refused,
    errc::conflict,
    errc::not_found,
    errc::invalid,
    errc::denied,
    errc::unavailable,
    errc::outcome_unknown,
    errc::corrupt,
    errc::failed,
};

}  // namespace

TEST_CASE("every kind of error has an exit code of its own and is found by its name") {
    std::set<int> codes{0};
    for (auto const kind : all_kinds) {
        CHECK(codes.insert(cli::exit_code(kind)).second);
        CHECK(parse_errc(to_string(kind)) == kind);
    }
    CHECK_FALSE(parse_errc("surprise"));
}

TEST_CASE("an error is the same at the other end of HTTP") {
    for (auto const kind : all_kinds) {
        error const sent{
            .kind = kind, .code = "some_code", .message = "why", .facts = {{"position", "7"}}
        };
        auto const got = cli::error_of(http::problem(sent));
        CHECK(got.kind == kind);
        CHECK(got.code == "some_code");
        CHECK(got.message.starts_with("why"));
        CHECK(got.facts == sent.facts);
    }
}

TEST_CASE("an answer that is no problem document is still an error of the kind its status says") {
    CHECK(cli::error_of({.status = 404, .body = "<html>"}).kind == errc::not_found);
    CHECK(cli::error_of({.status = 404, .body = "<html>"}).message == "<html>");
    CHECK(cli::error_of({.status = 503}).kind == errc::unavailable);
    CHECK(cli::error_of({.status = 503}).message == "the server answered 503");
    CHECK(cli::error_of({.status = 418, .body = "[]"}).kind == errc::invalid);
    CHECK(cli::error_of({.status = 401}).kind == errc::denied);
    CHECK(cli::error_of({.status = 403}).kind == errc::denied);
    CHECK(cli::error_of({.status = 405}).kind == errc::not_found);
    CHECK(cli::error_of({.status = 409}).kind == errc::refused);
    CHECK(cli::error_of({.status = 412}).kind == errc::conflict);
    CHECK(cli::error_of({.status = 429}).kind == errc::unavailable);
    CHECK(cli::error_of({.status = 500}).kind == errc::failed);
}
