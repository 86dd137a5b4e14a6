/// @file
/// How user code is called, so that what it throws harms only what it was called for. Users of the
/// library need nothing in here.
#pragma once

#include <diptych/error.hpp>

#include <expected>
#include <string_view>
#include <utility>

namespace diptych::detail {

/// The failure for the exception being handled: kind failed, code "exception", the type's name in
/// the message and the facts: "decide of allocate threw std::out_of_range: map::at". Call within a
/// catch block.
std::unexpected<error> thrown(std::string_view where);

/// What `code` returns, a result; or failed if it throws. `where` names the code: "decide of
/// shop.allocate".
template <class Code>
auto guarded(std::string_view where, Code&& code) -> decltype(std::forward<Code>(code)()) {
    try {
        return std::forward<Code>(code)();
    } catch (...) {
        return thrown(where);
    }
}

}  // namespace diptych::detail
