/// @file
/// DIPTYCH_ASSERT: checks that stay on in release builds, for our own mistakes and never for input.
#pragma once

namespace diptych::detail {

/// Prints the sentence and the place to standard error and aborts.
[[noreturn]] void assertion_failed(
    char const* condition, char const* sentence, char const* file, int line
) noexcept;

}  // namespace diptych::detail

#define DIPTYCH_ASSERT(condition, sentence) \
    ((condition) ? void()                   \
                 : ::diptych::detail::assertion_failed(#condition, sentence, __FILE__, __LINE__))
