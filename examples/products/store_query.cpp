#include "store_query.hpp"

#include <diptych/json.hpp>
#include <diptych/try.hpp>

#include <charconv>
#include <cmath>

namespace catalogue {

namespace {

using diptych::errc;
using diptych::fail;
using diptych::result;

std::unexpected<diptych::error> bad(
    std::string_view parameter, std::string_view expected, std::string_view found
) {
    return fail(
        errc::invalid,
        std::string{parameter} + ": expected " + std::string{expected} + ", found \"" +
            std::string{found} + '"'
    );
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

result<void> read_number(
    std::string_view name, std::string_view text, std::uint32_t most, std::uint32_t& to
) {
    auto const number = number_of<std::uint32_t>(text);
    if (!number || *number == 0 || *number > most)
        return bad(name, "1 to " + std::to_string(most), text);
    to = *number;
    return {};
}

result<void> read_parameter(store_query& to, std::string_view name, std::string_view value) {
    if (name == "take") return read_number(name, value, 1'000, to.take);
    if (name == "page") return read_number(name, value, 1'000'000, to.page);
    if (name == "category") {
        to.category = std::string{value};
    } else if (name == "fieldValues") {
        auto read = diptych::json::read<std::map<std::string, field_value>>(value);
        if (!read) return fail(errc::invalid, "fieldValues: " + read.error().message);
        to.values = *std::move(read);
    } else if (name == "atLeastRating") {
        to.at_least_rating = number_of<double>(value);
        if (!to.at_least_rating || !std::isfinite(*to.at_least_rating))
            return bad(name, "a number", value);
    } else if (name == "sortColumn") {
        if (value == "ReviewCount")
            to.sort = sort_column::ReviewCount;
        else if (value == "ReviewAverage")
            to.sort = sort_column::ReviewAverage;
        else if (value == "OrderAmount")
            to.sort = sort_column::OrderAmount;
        else
            return bad(name, "ReviewCount, ReviewAverage or OrderAmount", value);
    } else if (name == "sortOrder") {
        if (value != "asc" && value != "desc") return bad(name, "asc or desc", value);
        to.descending = value == "desc";
    } else {
        return fail(
            errc::invalid,
            "there is no parameter '" + std::string{name} +
                "'; there are fieldValues, category, atLeastRating, sortColumn, sortOrder, take, "
                "page"
        );
    }
    return {};
}

}  // namespace

result<store_query> read_store_query(diptych::http::request const& asked) {
    store_query made;
    for (auto const& [name, value] : asked.query) DIPTYCH_TRY(read_parameter(made, name, value));
    return made;
}

}  // namespace catalogue
