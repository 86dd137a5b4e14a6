/// @file
/// Commands: what may be asked, as data with one pure decision.
///
///     struct allocate {
///         order_id order;
///         product_id product;
///         int quantity;
///         using refusals = shop::refusal;                                          // optional
///         static constexpr auto location = "/views/allocations?order_id=eq.{order}";  // optional
///         diptych::decision<allocated> decide(stock const& s) const;
///     };
///
/// - `decide` is const and depends on nothing but the command and its parameters (parameters.hpp).
///   All states are folded up to one position; what was decided is recorded only if nothing that
///   any of them folds has been recorded after it, else decided again. Without states nothing is
///   checked.
/// - `refusals` is the enum of the reasons it may give: for `explain` and the description of the
///   HTTP interface.
/// - `location` says where the result can be read. `{field}` is a field of the command, `{a.b}` one
///   of a nested struct, percent-encoded.
/// - From JSON it is read strictly (json_object.hpp says which fields may be missing).
#pragma once

#include <diptych/decision.hpp>
#include <diptych/domain_event.hpp>
#include <diptych/parameters.hpp>
#include <diptych/reflect.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace diptych {

/// A plain struct with exactly one decide.
template <class Command>
concept domain_command = reflect::plain_struct<Command> && requires { &Command::decide; };

/// A command of another context, for processes that send it: its fields and the name that it has
/// there, `static constexpr auto type = "payments.refund";`, and nothing of its rules.
template <class Command>
concept foreign_command =
    reflect::plain_struct<Command> && detail::says_type<Command> && !requires { &Command::decide; };

template <class Command>
concept sendable_command = domain_command<Command> || foreign_command<Command>;

/// "allocate": the name under which a command is sent; "payments.refund" of a foreign one.
template <class Command>
inline constexpr std::string_view command_name = [] {
    if constexpr (foreign_command<Command>) {
        static_assert(
            std::string_view{Command::type}.find('.') != std::string_view::npos,
            "diptych: the type of a command of another context names that context: "
            "\"payments.refund\""
        );
        return std::string_view{Command::type};
    } else {
        return reflect::type_name<Command>;
    }
}();

/// The same, for code that wants a function.
template <domain_command Command>
constexpr std::string_view command_name_of() {
    return command_name<Command>;
}

namespace detail {

template <class T>
inline constexpr bool is_decision = false;
template <class... Event>
inline constexpr bool is_decision<decision<Event...>> = true;

template <class Command>
struct check_command {
    static_assert(
        reflect::plain_struct<Command> && std::is_default_constructible_v<Command>,
        "diptych: a command is a plain struct: public fields, no base class, no constructor"
    );
    static_assert(
        requires { &Command::decide; },
        "diptych: a command has exactly one public decide(...) const"
    );
    static_assert(
        json::has_form<Command>,
        "diptych: a field of this command can not be read from JSON (see diptych/json.hpp)"
    );
    using decide = signature<decltype(&Command::decide)>;
    static_assert(
        is_decision<typename decide::result>,
        "diptych: decide answers a diptych::decision<events...>"
    );
};

template <domain_command Command>
using events_of = typename signature<decltype(&Command::decide)>::result::event_types;

template <class Command>
concept says_location =
    requires { requires !std::is_member_pointer_v<decltype(&Command::location)>; };
template <class Command>
concept says_refusals = requires { typename Command::refusals; };

/// Whether each `{field}` of a location is a field (of a nested one, whether its first part is).
template <class Command>
consteval bool location_fields_exist(std::string_view pattern) {
    for (auto open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1)) {
        auto const name = pattern.substr(open + 1, pattern.find_first_of(".}", open) - open - 1);
        bool known = false;
        for (auto const field : reflect::field_names<Command>) known = known || field == name;
        if (!known) return false;
    }
    return true;
}

}  // namespace detail
}  // namespace diptych
