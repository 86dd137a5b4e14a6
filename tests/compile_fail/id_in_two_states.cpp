// clang-format off
// expect: diptych: two states before this one hold an id of its kind: say in the command which thing is meant
// clang-format on
#include "bank.hpp"

namespace bank {
using card_id = diptych::id<"card">;
using mandate_id = diptych::id<"mandate">;

struct card_linked {
    using home = card_id;
    card_id card;
    account_id to;
};
struct mandate_given {
    using home = mandate_id;
    mandate_id mandate;
    account_id by;
};
struct card {
    using of = card_id;
    account_id linked_to;
    void evolve(card_linked const& e) { linked_to = e.to; }
};
struct mandate {
    using of = mandate_id;
    account_id given_by;
    void evolve(mandate_given const& e) { given_by = e.by; }
};

struct collect {
    card_id from;
    mandate_id under;
    diptych::decision<account_closed> decide(card const&, mandate const&, account const& which)
        const {
        return which.cents == 0 ? diptych::no_events : diptych::no_events;
    }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<
    diptych::commands<bank::collect>,
    diptych::events<bank::card_linked, bank::mandate_given, bank::money_moved>>>();
