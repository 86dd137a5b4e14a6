#include "lending/domain.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

using namespace diptych;
using namespace lending;

namespace {

// [together]
// All books that a reader brings to the desk, or none of them.
result<outcome> lend_all(
    application& app, reader_id const& reader, std::vector<book_id> const& books
) {
    std::vector<any_command> desk;
    for (auto const& book : books) desk.push_back(lend{.book = book, .reader = reader});
    return app.execute_together(desk);
}
// [together]

}  // namespace

TEST_CASE("a reader takes all books together or none") {
    auto app = application{{}};
    app.add<lending::context>();
    auto const many =
        lend_all(app, {"ada"}, {{"dune"}, {"emma"}, {"ulysses"}, {"walden"}}).or_throw();
    CHECK(!many.accepted());
    CHECK(many.reason == "too_many");
    CHECK(many.refused_by == refusing_command{3, "lending.lend"});
    CHECK(app.log().end().position == position{0});

    auto const three = lend_all(app, {"ada"}, {{"dune"}, {"emma"}, {"ulysses"}}).or_throw();
    CHECK(three.events.size() == 3);
    CHECK(three.at == app.log().end());
}

TEST_CASE("commands of several types are executed together") {
    auto app = application{{}};
    app.add<lending::context>();
    REQUIRE(app.execute(lend{.book = {"dune"}, .reader = {"ada"}}));
    // [handover]
    auto const answer = app.execute_together(
        {give_back{.book = {"dune"}}, lend{.book = {"dune"}, .reader = {"bob"}}},
        {.command_id = "desk-7"}
    );
    // [handover]
    REQUIRE(answer);
    REQUIRE(answer->accepted());
    REQUIRE(answer->events.size() == 2);
    CHECK(answer->events[1] == event_summary{"lending.lent", "book-dune", version{3}, position{3}});
    auto const again = app.execute_together(
        {give_back{.book = {"dune"}}, lend{.book = {"dune"}, .reader = {"bob"}}},
        {.command_id = "desk-7"}
    );
    CHECK(again.value().repeated);
    CHECK(app.execute_together({}).error().kind == errc::invalid);
}
