#include "routes.hpp"

#include "store_rows.hpp"

#include <diptych/json.hpp>

#include <atomic>
#include <memory>

namespace catalogue {

namespace {

namespace http = diptych::http;
using diptych::application;

// Where the store's rows come from. Lives as long as the program, and begins with the view.
enum class rows_from { view, joined };

struct products_flag {
    rows_from from;
};

http::response answer_flag(rows_from now) {
    return http::json(200, diptych::json::write(products_flag{.from = now}));
}

}  // namespace

void add_routes(application& app) {
    auto const flag = std::make_shared<std::atomic<rows_from>>(rows_from::view);
    app.route("GET", "/flags/products", [flag](http::request const&) {
        return answer_flag(*flag);
    });
    app.route("PUT", "/flags/products", [flag](http::request const& asked) {
        auto const wanted = diptych::json::read<products_flag>(asked.body, diptych::json::strict);
        if (!wanted) return http::problem(wanted.error());
        *flag = wanted->from;
        return answer_flag(wanted->from);
    });
    app.route("GET", "/store/products", [flag, &app](http::request const& asked) {
        auto const query = read_store_query(asked);
        if (!query) return http::problem(query.error());
        auto const rows =
            *flag == rows_from::view ? rows_of_view(app, *query) : rows_joined(app, *query);
        return rows ? http::json(200, *rows) : http::problem(rows.error());
    });
}

}  // namespace catalogue
