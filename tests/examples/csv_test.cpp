#include "allocation/csv.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace csv = shop::csv;
using fields = std::vector<std::string>;

TEST_CASE("a line is split at its commas, and quotes protect them") {
    CHECK(csv::split("b1,lamp,10,").value() == fields{"b1", "lamp", "10", ""});
    CHECK(csv::split("\"a,b\",\"say \"\"hi\"\"\"").value() == fields{"a,b", "say \"hi\""});
    CHECK(csv::split("").value() == fields{""});
    CHECK(csv::split(",").value() == fields{"", ""});
    CHECK(csv::split("\"a\",").value() == fields{"a", ""});
}

TEST_CASE("a quote that is not closed, or closed too early, is an error") {
    CHECK(csv::split("a,\"b").error().message == "a quote is not closed");
    CHECK(csv::split("\"a\"b,c").error().message == "text follows a closing quote");
}

TEST_CASE("what was joined splits into the same fields") {
    auto const awkward = fields{"plain", "a,b", "say \"hi\"", ""};
    CHECK(csv::join(awkward) == "plain,\"a,b\",\"say \"\"hi\"\"\",");
    CHECK(csv::split(csv::join(awkward)).value() == awkward);
}

TEST_CASE("a table gives the columns asked for, whatever their order in the file") {
    std::istringstream in{"\xEF\xBB\xBFsku,eta,ref\r\nlamp,,b1\r\n\r\nrug,2030-01-02,b2"};
    auto table = csv::table::open(in, {"ref", "sku"}).value();

    auto const first = table.next().value();
    CHECK(first->line == 2);
    CHECK(first->fields == fields{"b1", "lamp"});
    auto const second = table.next().value();
    CHECK(second->line == 4);
    CHECK(second->fields == fields{"b2", "rug"});
    CHECK(!table.next().value());
}

TEST_CASE("a table without a column that is needed does not open") {
    std::istringstream in{"ref,sku\n"};
    CHECK(
        csv::table::open(in, {"ref", "qty"}).error().message ==
        "the first line names no column 'qty'"
    );
    std::istringstream empty;
    CHECK(!csv::table::open(empty, {"ref"}));
}

TEST_CASE("a bad line is an error, and the lines after it can be read") {
    std::istringstream in{"ref,sku\nb1\nb2,lamp\n"};
    auto table = csv::table::open(in, {"ref", "sku"}).value();

    CHECK(table.next().error().message == "expected 2 fields, found 1");
    CHECK(table.line() == 2);
    CHECK(table.next().value()->fields == fields{"b2", "lamp"});
}
