// Products that have to do with a decimal column: they are right only if a factor is a decimal.
#include "read/parse.hpp"
#include "read/resolve.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

// "" if the file is fine.
std::string amount_error(std::string const& statement) {
    source const in{
        .file = "v.sql",
        .text =
            "-- @view v\n"
            "create table v (id text primary key, price decimal(2), total decimal(2), n "
            "integer);\n"
            "create table w (id text primary key, n decimal(2));\n"
            "-- @event placed (price decimal(2), quantity integer, weight real)\n"
            "-- @on placed\n" +
            statement
    };
    auto view = parse_view(in);
    if (!view) return view.error().message;
    auto const done = resolve(in, *view, {});
    return done ? "" : done.error().message;
}

bool is_refused(std::string const& statement) {
    return amount_error(statement).contains("needs a decimal as a factor");
}

}  // namespace

TEST_CASE("a product without a decimal does not go where a decimal is wanted") {
    CHECK(
        amount_error("insert into v (id, total) values ('a', :weight * :quantity);") ==
        "v.sql:6:40: a product that has to do with decimal(2) needs a decimal as a factor: a "
        "column, or a field that @event declares to be one"
    );
    for (std::string const statement :
         {"update v set total = 2 * 3;",
          "update v set total = n * :quantity;",
          "update v set total = :quantity / price;",
          "update v set total = total + :weight * :quantity;",
          "update v set n = 1 where total > :weight * n;",
          "update v set n = 1 where :weight * n < total;",
          "update v set total = :quantity * (select count(price) from v);",
          "update v set total = count(price) * :quantity;",
          "update v set n = 1 where exists (select 1 from w where total = w.id * :quantity);"})
        CHECK_MESSAGE(is_refused(statement), statement);
}

TEST_CASE("a product with one decimal goes where a decimal is wanted") {
    for (std::string const statement :
         {"insert into v (id, total) values ('a', :price * :quantity);",
          "insert into v (id, total) values ('a', :quantity * :price);",
          "update v set total = price * 2;",
          "update v set total = 2 * v.price * :quantity;",
          "update v set total = total + price * :quantity / 3;",
          "update v set total = coalesce(price, 0) * :quantity;",
          "update v set total = (price + :price) * :quantity;",
          "update v set total = price * :price / 100;",
          "update v set n = 1 where total > :quantity * price;",
          "update v set n = n * :quantity;",
          "update v set n = 1 where exists (select 1 from w where total = w.n * :quantity);"})
        CHECK_MESSAGE(amount_error(statement) == "", statement);
}

TEST_CASE("a value in a group that is a factor does not take the form of the product") {
    for (std::string const statement :
         {"update v set total = price * (:quantity + 1);",
          "update v set total = (:quantity + 1) * price;",
          "insert into v (id, total) values ('a', :price * (:quantity + 1));"})
        CHECK_MESSAGE(amount_error(statement).contains("may have to become decimal(2)"), statement);
    CHECK(amount_error("update v set total = (price + 1.5) * n;") == "");
    CHECK(amount_error("insert into v (id, total) values ('a', :price * (:quantity + n));") == "");
}

TEST_CASE("a column that is a decimal in one of two tables makes no decimal of a product") {
    CHECK(is_refused(
        "update v set total = 1 where exists (select 1 from w where total = n * :quantity);"
    ));
}

TEST_CASE("what a remainder of a decimal is meant to be can not be told") {
    CHECK(amount_error("update v set total = total % 5;").contains("may have to become decimal(2)")
    );
}
