// Query strings on a view: what is understood runs, and its pages make up the whole answer.
#include "edge/url.hpp"
#include "fuzz/target.hpp"
#include "read/ddl.hpp"
#include "read/parse.hpp"
#include "read/run_query.hpp"
#include "read/search_sql.hpp"
#include "read/view_database.hpp"
#include "temporary_folder.hpp"

#include <diptych/json_value.hpp>

namespace diptych::fuzz {

namespace {

using read::url_query_parameters;

constexpr char const* file = R"sql(
-- @view items
create table items (
  id integer primary key, name text not null, note text, price decimal(2), weight real,
  seen boolean not null, at timestamp, extra json, raw blob
);
-- @serve filter name, note, price, weight, seen, at, extra->>*, extra->>n integer, extra->b->>c text  sort name, note, price, weight, seen, at, extra->>a, extra->>n, extra->b->>c  search name, note
)sql";

constexpr char const* rows = R"sql(
insert into items values (1, 'a', null, 1250, 0.5, 1, 1767225600000000, '{"a":1,"n":5,"b":{"c":"x"}}', x'00ff');
insert into items values (2, 'a', 'A', null, -1e300, 0, null, null, null);
insert into items values (3, 'b%_[*', '', -5, null, 1, -1, '{"a":"1","n":"5","b":{"c":2.5}}', x'');
insert into items values (4, 'ä', 'a', 9223372036854775807, 1e-300, 0, 0, 'null', null);
insert into items values (5, '', 'A', 0, 0.0, 0, null, null, null);
)sql";

/// A view of a few rows.
class small_view {
public:
    small_view() {
        auto const create = [&](sqlite::database const& on) {
            return on.execute(read::sqlite_ddl(view_) + read::search_ddl(view_) + rows);
        };
        read::view_database::open(path_, uuid{{1}}, create, false).or_throw();
    }

    result<read::query_answer> ask(url_query_parameters const& parameters) {
        auto const limit = read::time_limit{.time = system_clock(), .most = std::chrono::hours{1}};
        return read::run_query(
            {.readers = readers_,
             .of = view_.tables.front(),
             .allowed = view_.served,
             .version = "v"},
            parameters,
            {.count = read::counting::exact},
            limit
        );
    }

private:
    testing::temporary_folder folder_;
    std::filesystem::path path_ = folder_ / "items.db";
    read::view_definition view_ = read::parse_view({"items.sql", file}).or_throw();
    read::reader_pool readers_{path_, 1};
};

url_query_parameters with(url_query_parameters all, std::string name, std::string value) {
    std::erase_if(all, [&](auto const& one) { return one.first == name; });
    all.emplace_back(std::move(name), std::move(value));
    return all;
}

std::string by_number(small_view& view, url_query_parameters asked, std::size_t limit) {
    std::string all;
    asked = with(asked, "limit", std::to_string(limit));
    for (std::size_t page = 1; page <= 6; ++page) {
        auto const found = view.ask(with(asked, "page", std::to_string(page)));
        require(found.has_value(), "a page can be asked for by its number");
        auto const inner = found->rows.substr(1, found->rows.size() - 2);
        all += (all.empty() || inner.empty() ? "" : ",") + inner;
    }
    return '[' + all + ']';
}

std::string in_pages(small_view& view, url_query_parameters asked, std::string const& limit) {
    std::string all;
    asked = with(asked, "limit", limit);
    for (int left = 6; left > 0; --left) {
        auto const page = view.ask(asked);
        require(page.has_value(), "a page can be asked for as the whole answer can");
        auto const inner = page->rows.substr(1, page->rows.size() - 2);
        all += (all.empty() || inner.empty() ? "" : ",") + inner;
        if (!page->next) return '[' + all + ']';
        asked = with(asked, "cursor", *page->next);
    }
    throw broken_promise("pages come to an end");
}

}  // namespace

void view_query(std::string_view input) {
    static small_view view;
    auto asked = edge::parse_query(input);
    if (!asked) return;
    auto const first = view.ask(*asked);
    if (!first) require(first.error().kind == errc::invalid, "what is not understood is invalid");
    std::erase_if(*asked, [](auto const& one) {
        return one.first == "cursor" || one.first == "page";
    });
    auto const whole = view.ask(with(*asked, "limit", "100"));
    if (!whole) return;
    auto const read = json::parse(whole->rows);
    require(read && read->root().size() == whole->count, "rows are JSON");
    require(whole->total == whole->count, "as many are counted as there are");
    require(by_number(view, *asked, 2) == whole->rows, "numbered pages make up the whole answer");
    for (auto const* const limit : {"1", "2"})
        require(in_pages(view, *asked, limit) == whole->rows, "pages make up the whole answer");
}

}  // namespace diptych::fuzz
