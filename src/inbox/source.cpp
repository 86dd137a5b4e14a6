#include "inbox/source.hpp"

namespace diptych::inbox {

std::string_view to_string(ordering mode) {
    switch (mode) {
        case ordering::tolerant:
            return "tolerant";
        case ordering::strict:
            return "strict";
        case ordering::resequence:
            return "resequence";
    }
    return "";
}

prerequisite const* source::find_prerequisite(std::string_view type) const {
    prerequisite const* best = nullptr;
    for (auto const& one : after) {
        if (!one.is_prefix && one.type == type) return &one;
        if (one.is_prefix && type.starts_with(one.type) &&
            (best == nullptr || best->type.size() < one.type.size()))
            best = &one;
    }
    return best;
}

}  // namespace diptych::inbox
