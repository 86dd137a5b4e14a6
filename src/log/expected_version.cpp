#include <diptych/append.hpp>

namespace diptych {

std::string to_string(expected_version expected) {
    using rule = expected_version::rule;
    switch (expected.rule_) {
        case rule::any:
            return "any";
        case rule::exists:
            return "exists";
        case rule::exactly:
            break;
    }
    if (expected.at_.value == 0) return "no_stream";
    return "exactly " + std::to_string(expected.at_.value);
}

}  // namespace diptych
