#include "outbox/declaration.hpp"

namespace diptych::outbox {

std::string_view to_string(refusal_rule what) {
    return what == refusal_rule::park ? "park" : "pause";
}

}  // namespace diptych::outbox
