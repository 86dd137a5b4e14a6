#include "registration/seat_assignments.hpp"

#include "email.hpp"
#include "registration/totals.hpp"

#include <algorithm>
#include <string_view>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

namespace {

// Of ASCII letters: servers of other alphabets mind the case or not as they like.
bool is_same_email(std::string_view one, std::string_view other) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::optional<diptych::refusal> fault_of_seat(
    assignments_state const& known, assignments_id const& assignments, int position
) {
    if (known.seats.empty())
        return refuse(refusal::unknown_assignments, "There are none of " + assignments.value);
    if (!known.seats.contains(position))
        return refuse(
            refusal::unknown_position,
            "There is no seat " + std::to_string(position) + ", there are " +
                std::to_string(known.seats.size())
        );
    return {};
}

}  // namespace

diptych::decision<seat_assignments_created> create_seat_assignments::decide(
    order_state const& known, assignments_of_order const& before
) const {
    if (known.status == order_status::none) return unknown_order(order);
    if (before.are_created) return no_events;
    if (known.status != order_status::confirmed)
        return refuse(refusal::seats_not_reserved, "The order is not confirmed yet");
    seat_assignments_created made{
        .assignments = assignments_of(order), .order = order, .seats = {}
    };
    for (auto const& line : known.lines)
        for (auto i = 0; i < line.reserved; ++i)
            made.seats.push_back(
                {.position = static_cast<int>(made.seats.size()),
                 .seat_type = line.seat_type,
                 .seat_name = line.name}
            );
    return made;
}

diptych::decision<seat_assigned, seat_unassigned, seat_assignment_updated> assign_seat::decide(
    assignments_state const& known
) const {
    if (auto fault = fault_of_seat(known, assignments, position)) return *std::move(fault);
    attendee const who{.first_name = first_name, .last_name = last_name, .email = email};
    auto const& now = known.seats.at(position);
    if (now == who) return no_events;
    if (!is_email(email)) return refuse(refusal::email_malformed, email_wanted);
    seat_assigned const taken{.assignments = assignments, .position = position, .who = who};
    if (!now) return taken;
    if (is_same_email(now->email, email))
        return seat_assignment_updated{
            .assignments = assignments, .position = position, .who = who
        };
    return {seat_unassigned{.assignments = assignments, .position = position}, taken};
}

diptych::decision<seat_unassigned> unassign_seat::decide(assignments_state const& known) const {
    if (auto fault = fault_of_seat(known, assignments, position)) return *std::move(fault);
    if (!known.seats.at(position)) return no_events;
    return seat_unassigned{.assignments = assignments, .position = position};
}

}  // namespace conference::registration
