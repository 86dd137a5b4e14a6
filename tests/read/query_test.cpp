#include "read/cursor.hpp"
#include "read/parse.hpp"
#include "read/query_parse.hpp"
#include "read/query_sql.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

view_definition const& orders() {
    static auto const view = parse_view({
                                            .file = "orders.sql",
                                            .text = R"(-- @view orders
create table orders (
  id text primary key, shop text not null, total decimal(2) not null, placed timestamp,
  paid boolean not null, notes json, count integer not null, weight real
);
-- @serve filter shop, total, placed, paid, count, weight, notes->>*, notes->>size integer, notes->by->>name text  sort total, placed, count, notes->>size  limit 500
)",
                                        })
                                 .or_throw();
    return view;
}

result<view_query> asked(url_query_parameters const& parameters) {
    return parse_query(orders().tables.front(), orders().served, parameters);
}

std::string sql(url_query_parameters const& parameters, std::vector<cell> const& after = {}) {
    auto const query = asked(parameters);
    REQUIRE_MESSAGE(query, (query ? "" : query.error().message));
    auto text = select_for(*query, orders().tables.front(), after).sql;
    return text.substr(text.find(" from \"orders\"") + 14);
}

std::string refusal(std::string name, std::string value) {
    auto const query = asked({{std::move(name), std::move(value)}});
    if (query) return "no refusal";
    CHECK(query.error().kind == errc::invalid);
    return query.error().message;
}

}  // namespace

TEST_CASE("filters become one select with its values bound") {
    CHECK(sql({}) == " order by \"id\" limit ?1");
    CHECK(sql({{"id", "eq.o1"}}) == " where \"id\" = ?1 order by \"id\" limit ?2");
    CHECK(
        sql({{"total", "gte.5"}, {"total", "lt.10"}}) ==
        " where \"total\" >= ?1 and \"total\" < ?2 order by \"id\" limit ?3"
    );
    CHECK(
        sql({{"shop", "in.(a,\"b,c\")"}}) == " where \"shop\" in (?1, ?2) order by \"id\" limit ?3"
    );
    CHECK(sql({{"placed", "is.null"}}) == " where \"placed\" is null order by \"id\" limit ?1");
    CHECK(
        sql({{"placed", "is.not_null"}}) == " where \"placed\" is not null order by \"id\" limit ?1"
    );
    CHECK(sql({{"paid", "is.true"}}) == " where \"paid\" = ?1 order by \"id\" limit ?2");
    CHECK(sql({{"shop", "like.a*"}}) == " where \"shop\" glob ?1 order by \"id\" limit ?2");
    CHECK(
        sql({{"count", "neq.1"}, {"count", "gt.1"}, {"count", "lte.1"}}) ==
        " where \"count\" <> ?1 and \"count\" > ?2 and \"count\" <= ?3 order by \"id\" limit ?4"
    );
    CHECK(
        sql({{"order", "total.desc,placed"}}) ==
        " order by \"total\" desc, \"placed\", \"id\" limit ?1"
    );
}

TEST_CASE("values take the form in which their column stores them") {
    auto const value = [](std::string name, std::string text) {
        return asked({{std::move(name), std::move(text)}})
            .or_throw()
            .where.front()
            .what.values.front();
    };
    CHECK(value("total", "eq.1.5") == cell{std::int64_t{150}});
    CHECK(value("placed", "eq.1970-01-01T00:00:01Z") == cell{std::int64_t{1'000'000}});
    CHECK(value("paid", "eq.false") == cell{std::int64_t{0}});
    CHECK(value("weight", "eq.1.5") == cell{1.5});
    CHECK(value("shop", "eq.a.b") == cell{std::string{"a.b"}});
    CHECK(value("shop", "like.50%_[x]?") == cell{std::string{"50*?[[]x][?]"}});
}

TEST_CASE("a select lists columns, and the page behind a row goes by the order's columns") {
    auto const query = asked({{"select", "total,id"}, {"limit", "7"}}).or_throw();
    auto const made = select_for(query, orders().tables.front(), {});
    CHECK(made.sql.starts_with("select \"total\", \"id\", \"id\" from"));
    CHECK(made.values == std::vector<cell>{std::int64_t{8}});
    CHECK(sql({}, {cell{std::string{"o1"}}}) == " where (\"id\") > (?1) order by \"id\" limit ?2");
    CHECK(
        sql({{"order", "total"}}, {cell{std::int64_t{1}}, cell{std::string{"o1"}}}) ==
        " where (\"total\", \"id\") > (?1, ?2) order by \"total\", \"id\" limit ?3"
    );
    CHECK(sql({{"order", "total.desc,id.desc"}}, {cell{std::int64_t{1}}, cell{std::string{"o1"}}}
    ).starts_with(" where (\"total\", \"id\") < (?1, ?2)"));
    CHECK(
        sql({{"order", "total.desc"}}, {cell{std::int64_t{1}}, cell{std::string{"o1"}}}) ==
        " where \"total\" <= ?1 and (((\"total\" < ?2 or \"total\" is null)) or (\"total\" is ?3 "
        "and "
        "\"id\" > ?4)) order by \"total\" desc, \"id\" limit ?5"
    );
    CHECK(sql({{"order", "placed"}}, {cell{}, cell{std::string{"o1"}}}
    ).starts_with(" where ((\"placed\" is not null) or (\"placed\" is ?1 and \"id\" > ?2))"));
    CHECK(sql({{"order", "placed.desc"}}, {cell{}, cell{std::string{"o1"}}}
    ).starts_with(" where ((false) or (\"placed\" is ?1 and \"id\" > ?2))"));
}

TEST_CASE("whatever is not declared is refused, with what is allowed") {
    CHECK(
        refusal("colour", "eq.red") ==
        "parameter 'colour' is unknown; there are select, order, limit, page, cursor, and, or, "
        "at_least, as_of, and filters on id, shop, total, placed, paid, count, weight, notes->>*, "
        "notes->>size and notes->by->>name"
    );
    CHECK(refusal("notes", "eq.x").contains("may not be filtered by"));
    CHECK(refusal("shop", "red").contains("needs an operator, as in 'eq.<value>'"));
    CHECK(refusal("shop", "equals.red").contains("needs an operator"));
    CHECK(refusal("total", "eq.1.005").contains("wants a number with at most 2 digits"));
    CHECK(refusal("placed", "gt.yesterday").contains("wants a time like"));
    CHECK(refusal("paid", "eq.1").contains("wants true or false"));
    CHECK(refusal("count", "eq.99999999999999999999").contains("wants an integer"));
    CHECK(refusal("count", "eq.").contains("wants an integer"));
    CHECK(refusal("weight", "eq.nan").contains("wants a number"));
    CHECK(refusal("count", "like.1*").contains("if text"));
    CHECK(refusal("shop", "like.*a*b*c*d*e*f*g*h*").contains("wildcards"));
    CHECK(refusal("shop", "in.a,b").contains("in.(a,b,...)"));
    CHECK(refusal("shop", "is.true").contains("is.null and is.not_null"));
    CHECK(
        refusal("order", "shop") ==
        "parameter 'order' may not sort by 'shop'; allowed are id, total, placed, count and "
        "notes->>size"
    );
    CHECK(refusal("order", "total.down").contains("takes asc or desc"));
    CHECK(refusal("order", "total,total").contains("twice"));
    CHECK(refusal("select", "id,colour").contains("names no column 'colour'"));
    for (auto const* const limit : {"0", "-1", "501", "", "ten", "1e2", "99999999999999999999"}) {
        CAPTURE(limit);
        CHECK(refusal("limit", limit).contains("is 1 to 500 rows"));
    }
    auto const twice = asked({{"limit", "1"}, {"limit", "2"}});
    REQUIRE(!twice);
    CHECK(twice.error().message.contains("given twice"));
    CHECK(!asked(url_query_parameters(33, {"count", "gt.1"})));
    CHECK(asked({}).or_throw().limit == 100);
}

TEST_CASE("values inside of json are named with arrows, and compared among their own type") {
    CHECK(sql({{"notes->>size", "eq.5"}}).starts_with(R"( where "notes" ->> '$."size"' = ?1 )"));
    CHECK(
        sql({{"notes->>size", "gt.5"}})
            .starts_with(R"( where ("notes" ->> '$."size"' > ?1 and "notes" ->> '$."size"' < '') )")
    );
    CHECK(sql({{"notes->>size", "lt.5"}}).starts_with(R"( where "notes" ->> '$."size"' < ?1 )"));
    CHECK(
        sql({{"notes->by->>name", "lt.m"}})
            .starts_with(
                R"( where ("notes" ->> '$."by"."name"' < ?1 and "notes" ->> '$."by"."name"' >= '') )"
            )
    );
    CHECK(sql({{"notes->>it's", "eq.5"}})
              .starts_with(R"( where "notes" ->> '$."it''s"' in (?1, ?2) )"));
    CHECK(
        sql({{"notes->>x", "neq.red"}}).starts_with(R"( where not ("notes" ->> '$."x"' in (?1)) )")
    );
    CHECK(
        sql({{"order", "notes->>size.desc"}}) ==
        R"( order by "notes" ->> '$."size"' desc, "id" limit ?1)"
    );
    CHECK(refusal("notes->>size", "eq.big").contains("wants an integer"));
    CHECK(refusal("notes->>a\"b", "eq.1").contains("quotes"));
    CHECK(refusal("notes->>", "eq.1").contains("a key is missing"));
    CHECK(refusal("notes->size", "eq.1").contains("may not be filtered by"));
    CHECK(refusal("notes->a->>b", "eq.1").contains("may not be filtered by"));
    CHECK(refusal("notes", "eq.x").contains("may not be filtered by"));
    CHECK(refusal("order", "notes->>rank").contains("may not sort by 'notes->>rank'"));
    CHECK(refusal("order", "notes->>sise").contains("did you mean 'notes->>size'?"));
}

TEST_CASE("a select names values inside of json, under their last key or another name") {
    auto const query = asked({{"select", "id,notes->>size,who:notes->by->>name"}}).or_throw();
    auto const made = select_for(query, orders().tables.front(), {});
    CHECK(made.sql.starts_with(
        R"(select "id", "notes" -> '$."size"', "notes" -> '$."by"."name"', "id" from)"
    ));
    CHECK(query.select[1].name == "size");
    CHECK(query.select[2].name == "who");
    CHECK(refusal("select", "notes->>a,notes->b->>a").contains("names 'a' twice; another name"));
    CHECK(refusal("select", "shop->>a").contains("is text and not json"));
    CHECK(refusal("select", ":id").contains("no name before ':'"));
    CHECK(refusal("select", "id,shp").contains("did you mean 'shop'?"));
}

TEST_CASE("conditions are put together with and, or and not") {
    CHECK(
        sql({{"or", "(shop.eq.a,total.gt.5)"}, {"paid", "is.true"}}) ==
        " where (\"shop\" = ?1 or \"total\" > ?2) and \"paid\" = ?3 order by \"id\" limit ?4"
    );
    CHECK(sql({{"and", "(count.gte.1,or(shop.eq.a,not.and(shop.eq.b,count.in.(1,2))))"}})
              .starts_with(" where (\"count\" >= ?1 and (\"shop\" = ?2 or not ((\"shop\" = ?3 and "
                           "\"count\" in (?4, ?5))))) "));
    CHECK(sql({{"not.or", "(shop.eq.a,count.not.eq.1)"}})
              .starts_with(" where not ((\"shop\" = ?1 or not (\"count\" = ?2))) "));
    CHECK(sql({{"shop", "not.is.null"}}).starts_with(" where not (\"shop\" is null) "));
    CHECK(sql({{"or", "(notes->>size.gt.5,\"notes->>a.b\".eq.x)"}}).contains(R"('$."a.b"' in (?2))")
    );
    auto const value = [](std::string list) {
        return asked({{"or", std::move(list)}}).or_throw().where.front().parts.front().what.values;
    };
    CHECK(value("(shop.eq.a.b(c),count.eq.1)") == std::vector{cell{std::string{"a.b(c)"}}});
    CHECK(value(R"((shop.eq."a,b)\"c",count.eq.1))") == std::vector{cell{std::string{"a,b)\"c"}}});
    CHECK(value(R"((shop.eq.5" tape,count.eq.1))") == std::vector{cell{std::string{"5\" tape"}}});
    CHECK(value("(shop.in.(\"a,b\",c))").size() == 2);

    for (auto const* const list :
         {"",
          "()",
          "shop.eq.a",
          "(shop.eq.a",
          "(shop.eq.a))",
          "(shop)",
          "(,)",
          "(shop.eq.\"a)",
          "(shop.eq.\"a\"b)",
          "(nothing.eq.1)",
          "(shop.equals.a)",
          "(or())",
          "(total.eq.a)"}) {
        CAPTURE(list);
        CHECK(refusal("or", list).starts_with("parameter 'or' "));
    }
    CHECK(refusal("or", "(shap.eq.a)").contains("did you mean 'shop'?"));
    std::string deep = "shop.eq.a";
    for (int i = 0; i < 8; ++i) deep = std::string(i % 2 == 0 ? "or" : "and") + '(' + deep + ')';
    CHECK(asked({{"and", deep.substr(deep.find('('))}}));
    CHECK(refusal("and", "(" + deep + ")").contains("more than 8 deep"));
    std::string many = "(shop.eq.a";
    for (int i = 0; i < 32; ++i) many += ",shop.eq.a";
    CHECK(refusal("or", many + ")").contains("one filter more than 32"));
}

TEST_CASE("pages have numbers from 1, and exclude cursors") {
    CHECK(sql({{"page", "3"}, {"limit", "10"}}) == " order by \"id\" limit ?1 offset ?2");
    CHECK(sql({{"page", "1"}}) == " order by \"id\" limit ?1");
    CHECK(asked({{"page", "3"}, {"limit", "10"}}).or_throw().skipped() == 20);
    for (auto const* const page :
         {"0", "-1", "", "one", "1.5", "1000001", "99999999999999999999"}) {
        CAPTURE(page);
        CHECK(refusal("page", page).contains("parameter 'page' is a number from 1 to 1000000"));
    }
    auto const both = asked({{"page", "1"}, {"cursor", "abc"}});
    REQUIRE(!both);
    CHECK(both.error().message.contains("'page' and 'cursor' exclude each other"));
}

TEST_CASE("a cursor survives the way to the client and back, unchanged or not at all") {
    std::vector<cell> const row{{}, std::int64_t{-5}, 2.5, std::string{"o\0'1", 4}};
    auto const query = asked({{"shop", "eq.a"}}).or_throw();
    auto const seal = cursor_seal(query, "0a1b2c3d");
    auto const text = write_cursor(row, seal);
    CHECK(read_cursor(text, seal, 4).value() == row);

    SUBCASE("each changed character is noticed") {
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto changed = text;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            auto const read = read_cursor(changed, seal, 4);
            CHECK_FALSE((read && *read != row));
            if (!read) CHECK(read.error().code == "cursor");
        }
    }
    SUBCASE("it belongs to its query and its version of the view") {
        CHECK(!read_cursor(text, cursor_seal(query, "ffffffff"), 4));
        CHECK(!read_cursor(text, cursor_seal(asked({{"shop", "eq.b"}}).or_throw(), "0a1b2c3d"), 4));
        auto const seal_of = [](url_query_parameters const& parameters) {
            return cursor_seal(asked(parameters).or_throw(), "0a1b2c3d");
        };
        CHECK(!read_cursor(text, seal_of({{"order", "total"}}), 4));
        CHECK(seal_of({{"order", "id"}}) != seal_of({{"order", "id.desc"}}));
        CHECK(seal_of({{"order", "notes->>size"}}) != seal_of({{"order", "total"}}));
        CHECK(seal_of({{"shop", "eq.a"}}) != seal_of({{"shop", "not.eq.a"}}));
        CHECK(seal_of({{"notes->>a", "eq.a"}}) != seal_of({{"notes->>b", "eq.a"}}));
        CHECK(
            seal_of({{"or", "(shop.eq.a,count.eq.1)"}}) !=
            seal_of({{"and", "(shop.eq.a,count.eq.1)"}})
        );
        CHECK(
            seal_of({{"or", "(shop.eq.a,count.eq.1)"}}) !=
            seal_of({{"shop", "eq.a"}, {"count", "eq.1"}})
        );
        CHECK(!read_cursor(text, seal, 3));
    }
    SUBCASE("nonsense is refused") {
        for (auto const* const nonsense : {"", "A", "AAAA", "not a cursor", "////"})
            CHECK(!read_cursor(nonsense, seal, 4));
    }
}
