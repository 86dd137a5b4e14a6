#include "intake/declaration.hpp"

namespace diptych::intake {

rule const* declaration::find_rule(std::string_view wanted) const {
    rule const* longest = nullptr;
    for (auto const& one : rules) {
        if (!one.is_prefix && one.type == wanted) return &one;
        if (one.is_prefix && wanted.starts_with(one.type) &&
            (longest == nullptr || one.type.size() > longest->type.size()))
            longest = &one;
    }
    return longest;
}

}  // namespace diptych::intake
