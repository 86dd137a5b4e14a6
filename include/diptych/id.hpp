/// @file
/// Ids whose kind is part of their type.
///
///     using order_id = diptych::id<"order">;
///     order_id{"o1"}.name();  // "order-o1": its stream, and the tag events are found under
///
/// In JSON, SQL and C++ an id is its bare value; `kind-value` is only the name of streams and tags.
/// An order id can not be passed where a product id belongs.
#pragma once

#include <diptych/fixed_string.hpp>

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace diptych {

/// Names one thing of a kind. An empty value means "none"; commands from outside may not have it.
template <fixed_string Kind>
struct id {
    static constexpr std::string_view kind = Kind.view();
    static_assert(
        kind.find('-') == std::string_view::npos,
        "diptych: the kind of an id has no '-': a stream's name is cut at the first one"
    );
    static_assert(!kind.empty(), "diptych: the kind of an id is not empty");
    static_assert(kind.find('$') != 0, "diptych: names that begin with '$' are the engine's own");

    std::string value;

    /// The stream and tag, "order-o1".
    std::string name() const {
        auto text = std::string{kind};
        text += '-';
        return text += value;
    }

    friend auto operator<=>(id const&, id const&) = default;
};

template <class T>
inline constexpr bool is_id = false;
template <fixed_string Kind>
inline constexpr bool is_id<id<Kind>> = true;

}  // namespace diptych

template <diptych::fixed_string Kind>
struct std::hash<diptych::id<Kind>> {
    std::size_t operator()(diptych::id<Kind> const& of) const noexcept {
        return std::hash<std::string>{}(of.value);
    }
};
