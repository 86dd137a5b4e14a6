#include "registration/supply.hpp"

#include "registration/wanted_seats.hpp"

#include <string>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

namespace {

supply_id supply_of(conference_id const& conference, seat_type_id const& type, std::size_t n) {
    return {conference.value + "/" + type.value + "/" + std::to_string(n)};
}

// What is wrong with the name of a change, `change` seats more or fewer.
std::optional<diptych::refusal> fault_of_name(
    auto const& asked, int change, announced_seats const& announced
) {
    if (!asked.supply.value.starts_with(asked.conference.value + "/")) return {};
    for (std::size_t n = 1; n <= announced.changes.size(); ++n)
        if (asked.supply == supply_of(asked.conference, asked.seat_type, n) &&
            announced.changes[n - 1] == change)
            return {};
    return refuse(
        refusal::supply_is_of_management,
        "A change is called " + asked.supply.value + " only when management has announced it"
    );
}

}  // namespace

diptych::decision<available_seats_changed> add_seats::decide(
    supply_state const& known, announced_seats const& announced
) const {
    if (quantity < 0) return refuse(refusal::quantity_not_positive, "Seats are added, or none");
    if (quantity > supply_max) return refuse(refusal::too_many_seats, "100000 at once");
    if (known.is_known) return no_events;
    if (auto fault = fault_of_name(*this, quantity, announced)) return *std::move(fault);
    return available_seats_changed{
        .conference = conference, .supply = supply, .seats = {{seat_type, quantity}}
    };
}

diptych::decision<available_seats_changed> remove_seats::decide(
    supply_state const& known, announced_seats const& announced, seats_availability const& seats
) const {
    if (quantity <= 0) return refuse(refusal::quantity_not_positive, "At least one is removed");
    if (quantity > supply_max) return refuse(refusal::too_many_seats, "100000 at once");
    if (known.is_known) return no_events;
    if (auto fault = fault_of_name(*this, -quantity, announced)) return *std::move(fault);
    if (!seats.remaining.contains(seat_type)) return unknown_seat_type(seat_type);
    return available_seats_changed{
        .conference = conference, .supply = supply, .seats = {{seat_type, -quantity}}
    };
}

diptych::reaction seat_supply::supply(
    conference_id const& conference, seat_type_id const& seat_type
) const {
    auto const& changes = seats.at(seat_type).changes;
    auto const change = changes.back();
    auto const id = supply_of(conference, seat_type, changes.size());
    if (change < 0)
        return remove_seats{
            .conference = conference, .seat_type = seat_type, .quantity = -change, .supply = id
        };
    if (change == 0 && changes.size() > 1) return {};
    return add_seats{
        .conference = conference, .seat_type = seat_type, .quantity = change, .supply = id
    };
}

}  // namespace conference::registration
