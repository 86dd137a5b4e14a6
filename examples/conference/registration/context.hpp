/// @file
/// Registration: orders, seats and who sits on them. What the engine is told of it.
#pragma once

#include "registration/following.hpp"
#include "registration/foreign_events.hpp"
#include "registration/orders.hpp"
#include "registration/promotions.hpp"
#include "registration/registration_process.hpp"
#include "registration/seat_assignments.hpp"
#include "registration/seats_availability.hpp"
#include "registration/supply.hpp"
#include "registration/wait_list.hpp"

#include <diptych/context.hpp>

namespace conference::registration {

struct context
    : diptych::context<
          diptych::commands<
              set_reservation_terms,
              register_to_conference,
              mark_seats_as_reserved,
              assign_registrant_details,
              confirm_order,
              reject_order,
              reinstate_order,
              require_refund,
              create_promotion,
              apply_promotion,
              add_seats,
              remove_seats,
              make_seat_reservation,
              cancel_seat_reservation,
              commit_seat_reservation,
              join_wait_list,
              leave_wait_list,
              call_wait_list,
              place_called_order,
              create_seat_assignments,
              assign_seat,
              unassign_seat>,
          diptych::events<
              from_management::conference_published,
              from_management::conference_unpublished,
              from_management::seat_created,
              from_management::seat_updated,
              from_payments::payment_completed>,
          diptych::
              processes<registration_process, seat_supply, seat_assigning, wait_list_calling>> {
    static constexpr auto name = "registration";
};

}  // namespace conference::registration
