/// @file
/// How the library reports what went wrong.
///
/// Every call that can fail returns diptych::result<T>. A diptych::error says what *kind* of
/// failure it is, so that a caller can decide what to do without reading the message.
#pragma once

#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace diptych {

/// What the caller can do about a failure. One enumerator for each course of action.
enum class errc {
    refused,          ///< The domain said no. Show it to the user; do not retry.
    conflict,         ///< What the request relied on has changed. Read again and decide again.
    not_found,        ///< There is no such stream, event, view or command.
    invalid,          ///< The request itself is malformed. Do not retry.
    denied,           ///< The caller may not do this.
    unavailable,      ///< Nothing was written. Safe to retry after a pause.
    outcome_unknown,  ///< It may or may not have been written. Retry only with the same ids.
    corrupt,          ///< Stored data does not decode or fails its checksum. Stop and look.
    failed,           ///< A defect: user code threw, or the machine said no. Look at the log.
};

/// The enumerator's name, for example "conflict".
std::string_view to_string(errc kind) noexcept;

/// The enumerator of a name; nothing if there is none.
std::optional<errc> parse_errc(std::string_view name) noexcept;

/// A failure: a kind to act on, a stable code to match on, a sentence to read, and facts to print.
struct error {
    errc kind;
    std::string code;     ///< Machine-readable, snake case: "unknown_sku", "stream_version".
    std::string message;  ///< One sentence with the names and numbers that matter.
    /// Facts as (name, JSON value), for example ("position", "42") or ("path", "\"lines/1/sku\"").
    std::vector<std::pair<std::string, std::string>> facts = {};
};

/// Thrown by result::or_throw, and by nothing else in this library.
class failure : public std::runtime_error {
public:
    explicit failure(diptych::error what) : runtime_error(what.message), error(std::move(what)) {}

    diptych::error error;
};

/// A value or an error. Unlike std::expected, it may not be dropped on the floor.
template <class T>
class [[nodiscard]] result : public std::expected<T, error> {
public:
    using std::expected<T, error>::expected;

    /// The value, or diptych::failure. For main() and tests, where there is nobody to return it to.
    T or_throw() && {
        if (!this->has_value()) throw failure(std::move(this->error()));
        if constexpr (!std::is_void_v<T>) return std::move(**this);
    }
};

/// Returns a failure from a function that returns diptych::result. The code is the kind's name.
std::unexpected<error> fail(errc kind, std::string message);

/// Returns a failure with a code of its own.
std::unexpected<error> fail(errc kind, std::string code, std::string message);

}  // namespace diptych
