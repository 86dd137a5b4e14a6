/// @file
/// (g) A filtered and sorted page of a catalogue: from the view of one row for each product,
/// through the engine, against a join over tables in normal form with the indexes that it wants.
/// The rows are written in bulk by SQL, not by events, into the database that the engine made.
#include "harness.hpp"
#include "sqlite/database.hpp"

#include <diptych/application.hpp>
#include <diptych/json_value.hpp>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

constexpr auto tables = R"(
create table product (product text primary key, name text not null, category text not null) without rowid;
create table field_value (product text, field text, value text not null, primary key (product, field)) without rowid;
create table review (review integer primary key, product text not null, rating int not null);
create table orders (orders integer primary key, product text not null, amount int not null);
)";

// A product's numbers follow from its own, mixed so that neighbours differ.
constexpr auto rows = R"(
insert into product with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < :products)
  select printf('p%06d', i), 'Product ' || i, 'c' || (i % 20) from n;
insert into field_value with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < :products),
  f(k) as (values (0), (1), (2), (3), (4))
  select printf('p%06d', i), 'f' || k, (i * 7919 + k * 104729) % 1009 % 10 from n, f;
insert into review (product, rating)
  with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < :products * 20)
  select printf('p%06d', i / 20), 1 + (i * 2654435761 + i / 20 * 40503) % 65537 % 5 from n;
insert into orders (product, amount)
  with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < :products)
  select printf('p%06d', i * 7 % :products), 1 + i % 9 from n;
create index field_value_by_value on field_value (field, value, product);
create index review_by_product on review (product, rating);
create index orders_by_product on orders (product, amount);
analyze;
)";

constexpr auto view_rows = R"(
insert into products (product, name, category, order_amount, review, fields)
select p.product, p.name, p.category,
  (select coalesce(sum(amount), 0) from normal.orders o where o.product = p.product),
  (select json_object('average', avg(rating), 'count', count(*), 'sum', sum(rating))
     from normal.review r where r.product = p.product),
  (select json_group_object(field, cast(value as int)) from normal.field_value f where f.product = p.product)
from normal.product p;
)";

// The filter comes first, so that only what passes it is added up.
constexpr auto joined = R"(
select p.product, p.name, p.category,
  (select coalesce(sum(amount), 0) from orders o where o.product = p.product),
  avg(r.rating) as average, count(*), sum(r.rating),
  (select json_group_object(field, cast(value as int)) from field_value f where f.product = p.product)
from field_value c join product p on p.product = c.product join review r on r.product = p.product
where c.field = 'f1' and c.value = '3'
group by p.product having average >= 3
order by average desc, p.product limit 20 offset 20
)";

std::string with_products(std::string text, std::string const& count) {
    constexpr std::string_view name = ":products";
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at))
        text.replace(at, name.size(), count);
    return text;
}

std::vector<std::string> page_joined(sqlite::statement& query) {
    std::vector<std::string> found;
    while (query.step().or_throw()) found.emplace_back(query.text(0));
    query.reset();
    return found;
}

std::vector<std::string> page_of_view(application& app) {
    auto const page = app.view("products")
                          .query(
                              {{"fields->>f1", "eq.3"},
                               {"review->>average", "gte.3"},
                               {"order", "review->>average.desc"},
                               {"limit", "20"},
                               {"page", "2"}}
                          )
                          .or_throw();
    auto const read = json::parse(page.rows).or_throw();
    std::vector<std::string> found;
    for (auto const row : read.root().elements()) found.emplace_back(row.find("product")->text());
    return found;
}

std::filesystem::path database_of_view(std::filesystem::path const& folder) {
    for (auto const& one : std::filesystem::directory_iterator(folder))
        if (one.path().extension() == ".db") return one.path();
    throw failure({.kind = errc::not_found, .code = "view", .message = "the view has no database"});
}

void run(arguments const& given) {
    auto const folder = std::filesystem::path{given.text("dir")} / "products-bench";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto const opened = [&] {
        // That no context declares the events is no matter here.
        application app{{.data = folder / "log", .complain = [](std::string_view) {}}};
        app.views(given.text("view"));
        return app;
    };
    {
        auto app = opened();
        app.start().or_throw();
        app.close().or_throw();
    }
    auto const normal = folder / "normal.db";
    auto tables_of = sqlite::database::open(normal).or_throw();
    tables_of.execute(tables).or_throw();
    tables_of.execute("begin").or_throw();
    tables_of.execute(with_products(rows, given.text("products"))).or_throw();
    tables_of.execute("commit").or_throw();
    {
        auto const view =
            sqlite::database::open(database_of_view(folder / "log" / "views")).or_throw();
        view.execute("attach '" + normal.string() + "' as normal").or_throw();
        view.execute(view_rows).or_throw();
    }

    auto app = opened();
    app.start().or_throw();
    auto query = tables_of.prepare(joined).or_throw();
    if (auto const page = page_joined(query); page.size() != 20 || page != page_of_view(app))
        throw failure({.kind = errc::failed, .code = "rows", .message = "the two pages differ"});
    rounds took;
    for (int i = 0; i < static_cast<int>(given.number("rounds")); ++i) {
        took.add("join over tables in normal form", 1e3 * time_of([&] {
                                                              page_joined(query);
                                                          }).count());
        took.add("view", 1e3 * time_of([&] { page_of_view(app); }).count());
    }
    took.print(
        "Page 2 of " + given.text("products") + " products", "ms", "join over tables in normal form"
    );
    std::printf(
        "\nThe join takes %.0f times as long.\n",
        1 / took.ratio("view", "join over tables in normal form")
    );
    app.close().or_throw();
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int count, char** values) try {
    run(
        {count,
         values,
         {{"dir", "."},
          {"products", "100000"},
          {"rounds", "15"},
          {"view", "examples/products/views/products.sql"}}}
    );
    return 0;
} catch (failure const& what) {
    std::fprintf(stderr, "%s\n", what.what());
    return 1;
}
