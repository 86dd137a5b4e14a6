/// @file
/// Calls user code so that what it throws harms only its own command.
#pragma once

#include <diptych/error.hpp>

#include <string_view>
#include <utility>

namespace diptych::write {

/// The failure for the exception being handled: kind failed, code "exception", the type's name in
/// the message and the facts. Call within a catch block.
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

}  // namespace diptych::write
