#include "registration/promotions.hpp"

#include "registration/totals.hpp"

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

diptych::decision<promotion_created> create_promotion::decide(promotion_state const& known) const {
    promotion_created const made{
        .promotion = promotion,
        .conference = conference,
        .percent = percent,
        .uses = uses,
        .until = until
    };
    if (known.created == made) return no_events;
    if (known.created)
        return refuse(refusal::promotion_exists, "There is another promotion of this code");
    if (percent < 1 || percent > 100) return refuse(refusal::percent_out_of_range, "1 to 100");
    if (uses < 1) return refuse(refusal::uses_not_positive, "A promotion has at least one use");
    return made;
}

diptych::decision<promotion_applied, order_totals_calculated> apply_promotion::decide(
    order_state const& known,
    promotion_state const& offered,
    diptych::environment const& surroundings
) const {
    using enum order_status;
    if (known.status == none) return unknown_order(order);
    if (known.promotion == promotion) return no_events;
    if (known.status == confirmed)
        return refuse(refusal::order_is_confirmed, "The order is confirmed and can not be changed");
    if (known.status == expired) return refuse(refusal::order_is_expired, "The order has expired");
    if (known.promotion)
        return refuse(refusal::one_promotion_only, "The order has a promotion already");
    if (!offered.created)
        return refuse(refusal::unknown_promotion, "There is no promotion " + promotion.value);
    if (offered.created->conference != known.conference)
        return refuse(
            refusal::promotion_of_other_conference, "The promotion is one of another conference"
        );
    if (offered.created->until && *offered.created->until < surroundings.now)
        return refuse(refusal::promotion_over, "The promotion is over");
    if (offered.used >= offered.created->uses)
        return refuse(refusal::promotion_used_up, "The promotion is used up");
    auto const percent = offered.created->percent;
    auto const counted = known.status == placed ? &order_line::requested : &order_line::reserved;
    return {
        promotion_applied{.order = order, .promotion = promotion, .percent = percent},
        totals_of(order, known.lines, counted, percent)
    };
}

}  // namespace conference::registration
