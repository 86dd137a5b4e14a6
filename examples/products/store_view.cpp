#include "store_rows.hpp"

#include <diptych/json.hpp>
#include <diptych/try.hpp>

namespace catalogue {

namespace {

std::string_view path_of(sort_column one) {
    switch (one) {
        case sort_column::ReviewCount:
            return "review->>count";
        case sort_column::ReviewAverage:
            return "review->>average";
        case sort_column::OrderAmount:
            return "order_amount";
        case sort_column::product:
            break;
    }
    return "product";
}

std::string text_of(field_value const& value) {
    auto const* const number = std::get_if<std::int64_t>(&value);
    return number ? std::to_string(*number) : std::get<std::string>(value);
}

}  // namespace

diptych::result<std::string> rows_of_view(diptych::application& app, store_query const& asked) {
    diptych::http::pairs parameters{
        {"limit", std::to_string(asked.take)},
        {"page", std::to_string(asked.page)},
        {"order", std::string{path_of(asked.sort)} + (asked.descending ? ".desc" : ".asc")}
    };
    for (auto const& [field, value] : asked.values)
        parameters.emplace_back("fields->>" + field, "eq." + text_of(value));
    if (asked.category) parameters.emplace_back("category", "eq." + *asked.category);
    if (asked.at_least_rating) {
        std::string least;
        diptych::json::form<double>::write(least, *asked.at_least_rating);
        parameters.emplace_back("review->>average", "gte." + least);
    }
    DIPTYCH_TRY(auto page, app.view("products").query(parameters));
    return std::move(page.rows);
}

}  // namespace catalogue
