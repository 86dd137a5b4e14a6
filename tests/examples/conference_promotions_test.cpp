#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

}  // namespace

TEST_CASE("a promotion is created once, with a use and a percentage") {
    create_promotion const asked{
        .promotion = {"HALF"}, .conference = {"c1"}, .percent = 50, .uses = 1, .until = {}
    };
    promotion_created const half{
        .promotion = {"HALF"}, .conference = {"c1"}, .percent = 50, .uses = 1, .until = {}
    };
    given().when(asked).then(half);
    given(half).when(asked).then_nothing();
    auto odd = asked;
    odd.uses = 0;
    given().when(odd).then_refused(refusal::uses_not_positive);
    given(half).when(odd).then_refused(refusal::promotion_exists);
    for (int const percent : {0, 101}) {
        odd = asked;
        odd.percent = percent;
        given().when(odd).then_refused(refusal::percent_out_of_range);
    }
}
