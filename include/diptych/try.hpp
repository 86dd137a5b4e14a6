/// @file
/// DIPTYCH_TRY: go on with the value, or return the error to the caller.
///
///     DIPTYCH_TRY(auto const page, log.read({.after = position}));
///     DIPTYCH_TRY(file.sync());
#pragma once

#include <expected>
#include <utility>

// NOLINTBEGIN(bugprone-macro-parentheses): `declaration` declares a name.
#define DIPTYCH_TRY(...) \
    DIPTYCH_TRY_PICK(__VA_ARGS__, DIPTYCH_TRY_VALUE, DIPTYCH_TRY_VOID, )(__VA_ARGS__)
#define DIPTYCH_TRY_PICK(a, b, pick, ...) pick
#define DIPTYCH_TRY_VALUE(declaration, expression) \
    DIPTYCH_TRY_INTO(DIPTYCH_TRY_NAME(__LINE__), declaration, expression)
#define DIPTYCH_TRY_INTO(outcome, declaration, expression)            \
    auto&& outcome = (expression);                                    \
    if (!outcome) return std::unexpected(std::move(outcome).error()); \
    declaration = *std::move(outcome)
#define DIPTYCH_TRY_VOID(expression)              \
    if (auto&& outcome = (expression); outcome) { \
    } else                                        \
        return std::unexpected(std::move(outcome).error())
#define DIPTYCH_TRY_NAME(line) DIPTYCH_TRY_JOIN(diptych_try_, line)
#define DIPTYCH_TRY_JOIN(a, b) a##b
// NOLINTEND(bugprone-macro-parentheses)
