/// @file
/// Who sits where: the seats of a confirmed order, one position each, and the people they are for.
///
/// There is one set of assignments for each order. Its id follows from the order's, so whoever asks
/// for it a second time finds the first.
#pragma once

#include "registration/orders.hpp"

#include <map>

namespace conference::registration {

struct attendee {
    std::string first_name;
    std::string last_name;
    std::string email;
    bool operator==(attendee const&) const = default;
};

struct assigned_position {
    int position;  ///< From 0.
    seat_type_id seat_type;
    std::string seat_name;
};

// What happened.

struct seat_assignments_created {
    using home = assignments_id;
    assignments_id assignments;
    order_id order;
    std::vector<assigned_position> seats;
};

struct seat_assigned {
    assignments_id assignments;
    int position;
    attendee who;
};

struct seat_unassigned {
    assignments_id assignments;
    int position;
};

/// The same person, spelled otherwise.
struct seat_assignment_updated {
    assignments_id assignments;
    int position;
    attendee who;
};

// What decisions need to know.

struct assignments_of_order {
    using of = order_id;
    bool are_created = false;
    void evolve(seat_assignments_created const&) { are_created = true; }
};

struct assignments_state {
    using of = assignments_id;
    std::map<int, std::optional<attendee>> seats;
    void evolve(seat_assignments_created const& e) {
        for (auto const& one : e.seats) seats[one.position] = std::nullopt;
    }
    void evolve(seat_assigned const& e) { seats[e.position] = e.who; }
    void evolve(seat_unassigned const& e) { seats[e.position] = std::nullopt; }
    void evolve(seat_assignment_updated const& e) { seats[e.position] = e.who; }
};

// What may be asked. The rules are in seat_assignments.cpp.

struct create_seat_assignments {
    order_id order;
    using refusals = refusal;

    diptych::decision<seat_assignments_created> decide(
        order_state const& known, assignments_of_order const& before
    ) const;
};

struct assign_seat {
    assignments_id assignments;
    int position;
    std::string first_name;
    std::string last_name;
    std::string email;
    using refusals = refusal;
    static constexpr auto location = "/views/order_seats?assignments_id=eq.{assignments}";

    diptych::decision<seat_assigned, seat_unassigned, seat_assignment_updated> decide(
        assignments_state const& known
    ) const;
};

struct unassign_seat {
    assignments_id assignments;
    int position;
    using refusals = refusal;

    diptych::decision<seat_unassigned> decide(assignments_state const& known) const;
};

}  // namespace conference::registration
