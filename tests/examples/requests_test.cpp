#include "allocation/requests.hpp"

#include <doctest/doctest.h>

using namespace shop;

namespace {

std::string fault(auto const& read) {
    REQUIRE(!read);
    CHECK(read.error().kind == diptych::errc::invalid);
    return read.error().message;
}

}  // namespace

TEST_CASE("a batch is read from a body, with and without a date") {
    auto const there = read_add_batch(R"({"ref":"b1","sku":"lamp","qty":10,"eta":null})").value();
    CHECK(there.batch == batch_id{"b1"});
    CHECK(there.product == product_id{"lamp"});
    CHECK(there.quantity == 10);
    CHECK(!there.eta);
    CHECK(!read_add_batch(R"({"ref":"b1","sku":"lamp","qty":10})").value().eta);

    using namespace std::chrono;
    auto const later = read_add_batch(R"({"ref":"b1","sku":"lamp","qty":1,"eta":"2030-01-02"})");
    CHECK(later.value().eta == sys_days{2030y / January / 2});
}

TEST_CASE("further members of a body are ignored") {
    CHECK(read_allocate(R"({"orderid":"o1","sku":"lamp","qty":3,"colour":"red"})"));
}

TEST_CASE("a body's fault names its field") {
    CHECK(fault(read_allocate(R"({"orderid":"o1","sku":"lamp"})")).starts_with("qty"));
    CHECK(fault(read_allocate(R"({"orderid":"o1","sku":"lamp","qty":"3"})")).starts_with("qty"));
    CHECK(fault(read_allocate(R"({"orderid":"o1","sku":"lamp","qty":0})")).starts_with("qty"));
    CHECK(fault(read_allocate(R"({"orderid":"","sku":"lamp","qty":3})")).starts_with("orderid"));
    CHECK(fault(read_add_batch(R"({"ref":"b1","sku":"lamp","qty":1,"eta":"2030-02-30"})"))
              .starts_with("eta"));
    CHECK(!fault(read_allocate("{")).empty());
}

TEST_CASE("a line of a table is read, and its fault names the column") {
    CHECK(batch_of({"b1", "lamp", "10", ""}).value().quantity == 10);
    CHECK(
        fault(batch_of({"b1", "lamp", "ten", ""})) ==
        "qty: expected a positive integer, found \"ten\""
    );
    CHECK(
        fault(batch_of({"b1", "lamp", "-1", ""})) == "qty: expected a positive integer, found -1"
    );
    CHECK(fault(batch_of({"b1", "lamp", "10", "soon"})) == "eta: expected a date, found \"soon\"");
    CHECK(fault(order_line_of({"", "lamp", "10"})) == "orderid is empty");
    CHECK(fault(order_line_of({"o1", "lamp", "99999999999"})).starts_with("qty"));
    CHECK(allocation_of({"o1", "lamp", "3", "b1"}).value().batch == batch_id{"b1"});
}
