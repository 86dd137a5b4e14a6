/// @file
/// Promotion codes: so many percent off, for so many orders, for so long.
///
/// An order that expires gives its use of the code back. One that is reinstated takes it again,
/// even if that is one more than there are: its price was promised.
#pragma once

#include "registration/orders.hpp"

namespace conference::registration {

// What happened.

struct promotion_created {
    using home = promotion_id;
    promotion_id promotion;
    conference_id conference;
    int percent;
    int uses;
    std::optional<diptych::timestamp> until;
    bool operator==(promotion_created const&) const = default;
};

// What decisions need to know.

struct promotion_state {
    using of = promotion_id;
    std::optional<promotion_created> created;
    int used = 0;
    void evolve(promotion_created const& e) { created = e; }
    void evolve(promotion_applied const&) { ++used; }
    void evolve(order_expired const&) { --used; }
    void evolve(order_reinstated const&) { ++used; }
};

// What may be asked. The rules are in promotions.cpp.

struct create_promotion {
    promotion_id promotion;
    conference_id conference;
    int percent;
    int uses;
    std::optional<diptych::timestamp> until;
    using refusals = refusal;

    diptych::decision<promotion_created> decide(promotion_state const& known) const;
};

struct apply_promotion {
    order_id order;
    promotion_id promotion;
    using refusals = refusal;

    diptych::decision<promotion_applied, order_totals_calculated> decide(
        order_state const& known,
        promotion_state const& offered,
        diptych::environment const& surroundings
    ) const;
};

}  // namespace conference::registration
