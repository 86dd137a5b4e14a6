#include "store_rows.hpp"

#include <diptych/json.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace catalogue {

namespace {

namespace json = diptych::json;
using diptych::application;
using diptych::result;

struct product_row {
    std::string name = {};
    std::string category = {};
    std::int64_t order_amount = 0;
    std::int64_t reviews = 0;
    std::int64_t ratings = 0;
    std::map<std::string, std::string> fields = {};  // JSON values

    double average() const {
        return reviews == 0 ? 0 : static_cast<double>(ratings) / static_cast<double>(reviews);
    }
};
using product_rows = std::map<std::string, product_row>;

std::string text_at(json::value row, std::string_view name) {
    auto const found = row.find(name);
    return found ? std::string{found->text()} : std::string{};
}
std::int64_t integer_at(json::value row, std::string_view name) {
    auto const found = row.find(name);
    return found ? found->integer() : 0;
}

// The rows of all pages.
result<void> each_row(
    application& app,
    std::string const& view,
    diptych::http::pairs const& conditions,
    std::function<void(json::value)> const& visit
) {
    std::string cursor;
    do {
        auto asked = conditions;
        asked.emplace_back("limit", "1000");
        if (!cursor.empty()) asked.emplace_back("cursor", cursor);
        DIPTYCH_TRY(auto const page, app.view(view).query(asked));
        DIPTYCH_TRY(auto const read, json::parse(page.rows));
        for (auto const row : read.root().elements()) visit(row);
        cursor = page.next_cursor;
    } while (!cursor.empty());
    return {};
}

// Rows of products that the first query did not have are passed over: they came in between.
result<product_rows> join(application& app, store_query const& asked) {
    product_rows all;
    diptych::http::pairs of_category;
    if (asked.category) of_category.emplace_back("category", "eq." + *asked.category);
    DIPTYCH_TRY(each_row(app, "product_list", of_category, [&](json::value row) {
        all[text_at(row, "product")] = {
            .name = text_at(row, "name"), .category = text_at(row, "category")
        };
    }));
    auto const of_known = [&](auto const& change) {
        return [&all, change](json::value row) {
            auto const found = all.find(text_at(row, "product"));
            if (found != all.end()) change(found->second, row);
        };
    };
    DIPTYCH_TRY(each_row(app, "product_values", {}, of_known([](product_row& to, json::value row) {
                             to.fields[text_at(row, "field")] = row.find("value")->raw();
                         })));
    DIPTYCH_TRY(each_row(app, "product_reviews", {}, of_known([](product_row& to, json::value row) {
                             ++to.reviews;
                             to.ratings += integer_at(row, "rating");
                         })));
    DIPTYCH_TRY(each_row(app, "product_orders", {}, of_known([](product_row& to, json::value row) {
                             to.order_amount += integer_at(row, "amount");
                         })));
    return all;
}

bool matches(product_row const& row, store_query const& asked) {
    if (asked.at_least_rating && row.average() < *asked.at_least_rating) return false;
    return std::ranges::all_of(asked.values, [&](auto const& wanted) {
        auto const& [field, value] = wanted;
        auto const found = row.fields.find(field);
        if (found == row.fields.end()) return false;
        auto const held = json::read<field_value>(found->second);
        return held && *held == value;
    });
}

double key_of(product_row const& row, sort_column by) {
    switch (by) {
        case sort_column::ReviewCount:
            return static_cast<double>(row.reviews);
        case sort_column::ReviewAverage:
            return row.average();
        case sort_column::OrderAmount:
            return static_cast<double>(row.order_amount);
        case sort_column::product:
            break;
    }
    return 0;
}

void write_row(json::writer& to, std::string const& product, product_row const& row) {
    to.begin_object()
        .member("product", product)
        .member("name", row.name)
        .member("category", row.category)
        .member("order_amount", row.order_amount);
    to.key("review").begin_object();
    to.member("average", row.average());
    to.member("count", row.reviews).member("sum", row.ratings).end_object();
    to.key("fields").begin_object();
    for (auto const& [field, value] : row.fields) to.raw_member(field, value);
    to.end_object().end_object();
}

}  // namespace

result<std::string> rows_joined(application& app, store_query const& asked) {
    DIPTYCH_TRY(auto const all, join(app, asked));
    std::vector<product_rows::const_pointer> found;
    for (auto const& one : all)
        if (matches(one.second, asked)) found.push_back(&one);
    auto const is_before = [&](auto const* a, auto const* b) {
        auto const left = key_of(a->second, asked.sort);
        auto const right = key_of(b->second, asked.sort);
        if (left != right) return asked.descending ? left > right : left < right;
        auto const is_downward = asked.sort == sort_column::product && asked.descending;
        return is_downward ? a->first > b->first : a->first < b->first;
    };
    std::ranges::sort(found, is_before);

    json::writer out;
    out.begin_array();
    auto const first = std::size_t{asked.take} * (asked.page - 1);
    for (auto i = first; i < std::min(first + asked.take, found.size()); ++i)
        write_row(out, found[i]->first, found[i]->second);
    out.end_array();
    return std::move(out).text();
}

}  // namespace catalogue
