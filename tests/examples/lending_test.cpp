#include "lending/domain.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace lending;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

lent has(std::string reader, std::string book) { return {.book = {book}, .reader = {reader}}; }

lend const ada_takes_dune{.book = {"dune"}, .reader = {"ada"}};

}  // namespace

TEST_CASE("a book on the shelf is lent") { given().when(ada_takes_dune).then(has("ada", "dune")); }

// [scenarios]
TEST_CASE("a book on loan is not lent again, except to its reader, which changes nothing") {
    given(has("bob", "dune")).when(ada_takes_dune).then_refused(refusal::out_on_loan);
    given(has("ada", "dune")).when(ada_takes_dune).then_nothing();
}
// [scenarios]

TEST_CASE("nobody has more than three books") {
    given(has("ada", "a"), has("ada", "b"), has("ada", "c"))
        .when(ada_takes_dune)
        .then_refused(refusal::too_many);
    given(has("ada", "a"), has("ada", "b"), has("bob", "c"))
        .when(ada_takes_dune)
        .then(has("ada", "dune"));
}

TEST_CASE("a book is given back once") {
    returned const back{.book = {"dune"}, .reader = {"ada"}};
    give_back const command{.book = {"dune"}};
    given(has("ada", "dune")).when(command).then(back);
    given(has("ada", "dune"), back).when(command).then_nothing();
    given(has("ada", "dune"), back)
        .when(lend{.book = {"dune"}, .reader = {"bob"}})
        .then(has("bob", "dune"));
}
