/// @file
/// What an order costs.
#pragma once

#include "registration/order.hpp"

#include <optional>
#include <vector>

namespace conference::registration {

inline diptych::refusal unknown_order(order_id const& order) {
    return diptych::refuse(refusal::unknown_order, "There is no order " + order.value);
}

/// Nothing of an order may cost more than money can say, before a discount, too.
inline std::optional<diptych::refusal> fault_of_total(money before_discount) {
    if (before_discount <= money_max) return {};
    return diptych::refuse(
        refusal::total_too_large,
        "The order would cost " + to_text(before_discount) + ", at most " + to_text(money_max) +
            " is possible"
    );
}

/// The total of what is counted of each line, less so many percent, the discount rounded half to
/// even. An order of nothing is not free of charge.
inline order_totals_calculated totals_of(
    order_id const& order,
    std::vector<order_line> const& lines,
    int order_line::* counted,
    int percent
) {
    order_totals_calculated made{
        .order = order, .lines = {}, .discount = {}, .total = {}, .is_free_of_charge = false
    };
    auto seats = 0;
    for (auto const& line : lines) {
        auto const quantity = line.*counted;
        if (quantity == 0) continue;
        made.lines.push_back(
            {.seat_type = line.seat_type,
             .description = line.name,
             .unit_price = line.unit_price,
             .quantity = quantity,
             .line_total = line.unit_price * quantity}
        );
        made.total += made.lines.back().line_total;
        seats += quantity;
    }
    made.discount = share_of(made.total, percent);
    made.total = made.total - made.discount;
    made.is_free_of_charge = seats > 0 && made.total == money{};
    return made;
}

}  // namespace conference::registration
