#include "conference/management/conferences.hpp"
#include "conference/payments/payments.hpp"
#include "conference/registration/context.hpp"

#include <diptych/testing_views.hpp>

#include <doctest/doctest.h>

TEST_CASE("the views of the conference fit its three contexts, and pass the tests in them") {
    auto const report = diptych::testing::expect_views<
        conference::management::context,
        conference::registration::context,
        conference::payments::context>(CONFERENCE_VIEWS);
    for (auto const& warning : report.warnings) FAIL_CHECK(warning);
    CHECK(report.files == 11);
    CHECK(report.cases == 16);
}
