#include "requests.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json.hpp>
#include <diptych/try.hpp>

#include <charconv>

namespace shop {

namespace {

using diptych::errc;
using diptych::fail;
using diptych::result;

// Bodies as their senders know them. What is missing is a fault, what is too much is not.
struct add_batch_body {
    batch_id ref;
    product_id sku;
    int qty;
    std::optional<date> eta;
};
struct allocate_body {
    order_id orderid;
    product_id sku;
    int qty;
};
constexpr diptych::json::rules form{.all_there = true, .ids_named = true};

result<void> check_positive(int quantity) {
    if (quantity > 0) return {};
    return fail(
        errc::invalid, "qty: expected a positive integer, found " + std::to_string(quantity)
    );
}

result<int> quantity_of(std::string const& text) {
    int quantity = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, quantity);
    if (read.ec != std::errc{} || read.ptr != end)
        return fail(errc::invalid, "qty: expected a positive integer, found \"" + text + '"');
    DIPTYCH_TRY(check_positive(quantity));
    return quantity;
}

result<std::optional<date>> eta_of(std::string const& text) {
    if (text.empty()) return std::nullopt;
    auto const day = diptych::parse_date(text);
    if (!day) return fail(errc::invalid, "eta: expected a date, found \"" + text + '"');
    return day;
}

template <class Id>
result<Id> id_of(std::string_view column, std::string const& text) {
    if (text.empty()) return fail(errc::invalid, std::string{column} + " is empty");
    return Id{text};
}

}  // namespace

result<create_batch> read_add_batch(std::string_view body) {
    DIPTYCH_TRY(auto const read, diptych::json::read<add_batch_body>(body, form));
    DIPTYCH_TRY(check_positive(read.qty));
    return create_batch{
        .batch = read.ref, .product = read.sku, .quantity = read.qty, .eta = read.eta
    };
}

result<allocate> read_allocate(std::string_view body) {
    DIPTYCH_TRY(auto const read, diptych::json::read<allocate_body>(body, form));
    DIPTYCH_TRY(check_positive(read.qty));
    return allocate{.order = read.orderid, .product = read.sku, .quantity = read.qty};
}

result<create_batch> batch_of(std::vector<std::string> const& fields) {
    DIPTYCH_TRY(auto const batch, id_of<batch_id>("ref", fields[0]));
    DIPTYCH_TRY(auto const product, id_of<product_id>("sku", fields[1]));
    DIPTYCH_TRY(auto const quantity, quantity_of(fields[2]));
    DIPTYCH_TRY(auto const eta, eta_of(fields[3]));
    return create_batch{.batch = batch, .product = product, .quantity = quantity, .eta = eta};
}

result<allocate> order_line_of(std::vector<std::string> const& fields) {
    DIPTYCH_TRY(auto const order, id_of<order_id>("orderid", fields[0]));
    DIPTYCH_TRY(auto const product, id_of<product_id>("sku", fields[1]));
    DIPTYCH_TRY(auto const quantity, quantity_of(fields[2]));
    return allocate{.order = order, .product = product, .quantity = quantity};
}

result<allocate_from> allocation_of(std::vector<std::string> const& fields) {
    DIPTYCH_TRY(auto const line, order_line_of(fields));
    DIPTYCH_TRY(auto const batch, id_of<batch_id>("batchref", fields[3]));
    return allocate_from{
        .batch = batch, .order = line.order, .product = line.product, .quantity = line.quantity
    };
}

}  // namespace shop
