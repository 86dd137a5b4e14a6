/// @file
/// A bounded context: commands, the events that none of them makes, and processes.
///
///     struct shop : diptych::context<
///                       diptych::commands<create_batch, allocate>,
///                       diptych::events<stock_counted>,              // no command here makes it
///                       diptych::processes<reallocation>> {};
///
/// Its events are those that the decisions of its commands name, and those listed. Its name is
/// `static constexpr auto name` of the struct, else the struct's own name; a plain alias,
/// `using shop = diptych::context<...>`, is called as the namespace of its first command. The name
/// stands before each type in the log: "shop.allocated".
///
/// Everything the engine knows of it is made from these types at compile time. What could go wrong
/// in silence later does not compile: an evolve for an event that is not listed, a state without an
/// id, an event without a home.
#pragma once

#include <diptych/command_model.hpp>
#include <diptych/domain_event.hpp>
#include <diptych/model.hpp>
#include <diptych/process_model.hpp>

#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <utility>

namespace diptych {

/// Commands of a context.
template <class... Command>
struct commands {
    using command_list = reflect::types<Command...>;
};

/// Events of a context that no command of it makes.
template <class... Event>
struct events {
    using event_list = reflect::types<Event...>;
};

/// Processes of a context.
template <class... Process>
struct processes {
    using process_list = reflect::types<Process...>;
};

namespace detail {

template <class... Part>
struct parts : Part... {};

template <class Parts>
consteval auto commands_in() {
    if constexpr (requires { typename Parts::command_list; })
        return typename Parts::command_list{};
    else
        return reflect::types<>{};
}
template <class Parts>
consteval auto events_in() {
    if constexpr (requires { typename Parts::event_list; })
        return typename Parts::event_list{};
    else
        return reflect::types<>{};
}
template <class Parts>
consteval auto processes_in() {
    if constexpr (requires { typename Parts::process_list; })
        return typename Parts::process_list{};
    else
        return reflect::types<>{};
}

template <class... Event>
consteval auto all_events(reflect::types<Event...> all, reflect::types<>) {
    return all;
}
template <class... Event, class First, class... Rest>
consteval auto all_events(reflect::types<Event...> all, reflect::types<First, Rest...>) {
    static_cast<void>(sizeof(check_command<First>));
    return all_events(joined(all, events_of<First>{}), reflect::types<Rest...>{});
}

/// Whether two of the events have one name and neither is an older shape with an upcast.
template <class... Event>
consteval bool names_clash(reflect::types<Event...>) {
    std::array<std::string_view, sizeof...(Event)> const names{event_name<Event>...};
    std::array<bool, sizeof...(Event)> const old{upcasting<Event>...};
    for (std::size_t a = 0; a < names.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (names[a] == names[b] && !old[a] && !old[b]) return true;
    return false;
}

}  // namespace detail

/// See the file comment. Parts are commands<>, events<> and processes<>, in any order.
template <class... Part>
struct context {
    using own_type = context;
    using parts = detail::parts<Part...>;
    using command_types = decltype(detail::commands_in<parts>());
    using process_types = decltype(detail::processes_in<parts>());
};

namespace detail {

/// What the tables of a context are made from; `Declared` is what the program calls a context.
template <class Declared>
struct context_of {
    using command_types = typename Declared::command_types;
    using process_types = typename Declared::process_types;
    using event_types = decltype(all_events(
        joined(reflect::types<>{}, events_in<typename Declared::parts>()), command_types{}
    ));

    template <class... Command>
    static consteval std::string_view first_namespace(reflect::types<Command...>) {
        if constexpr (sizeof...(Command) == 0)
            return {};
        else
            return reflect::namespace_name<typename nth<0, reflect::types<Command...>>::type>;
    }

    static consteval std::string_view find_name() {
        if constexpr (requires { requires !std::is_member_pointer_v<decltype(&Declared::name)>; })
            return Declared::name;
        else if constexpr (std::same_as<Declared, typename Declared::own_type>)
            return first_namespace(command_types{});
        else
            return reflect::type_name<Declared>;
    }

    static constexpr std::string_view context_name() {
        constexpr auto name = find_name();
        static_assert(
            !name.empty(),
            "diptych: this context has no name: put its commands into a namespace, or derive a "
            "struct from it"
        );
        static_assert(
            name.find_first_of(".$") == std::string_view::npos,
            "diptych: the name of a context has no '.' and no '$'"
        );
        return name;
    }

    template <class... Command>
    static std::span<std::string_view const> names_of(reflect::types<Command...>) {
        static constexpr std::array<std::string_view, sizeof...(Command)> names{
            command_name<Command>...
        };
        return names;
    }
    static std::span<std::string_view const> command_names() { return names_of(command_types{}); }

    /// Whether an event fits today's struct of the same name as an older one.
    template <class Old, class... Event>
    static bool is_of_today(recorded_event const& event, reflect::types<Event...>) {
        auto const fits = [&]<class One>(std::type_identity<One>) {
            if constexpr (!upcasting<One> && event_name<One> == event_name<Old>)
                return json::read<One>(event.data, json::fitting).has_value();
            else
                return false;
        };
        return (fits(std::type_identity<Event>{}) || ...);
    }

    template <class Event>
    static result<std::vector<model::upcasted>> upcast(recorded_event const& old) {
        return guarded(
            "upcast of " + std::string{event_name<Event>},
            [&]() -> result<std::vector<model::upcasted>> {
                std::vector<model::upcasted> newer;
                if (is_of_today<Event>(old, event_types{})) {
                    newer.push_back({std::string{old.type}, std::string{old.data}});
                    return newer;
                }
                DIPTYCH_TRY(auto const event, json::read<Event>(old.data, {}, errc::corrupt));
                upcast_to_today(event, newer);
                return newer;
            }
        );
    }
    template <class Event>
    static void upcast_to_today(Event const& event, std::vector<model::upcasted>& to) {
        if constexpr (upcasting<Event>)
            for_each_upcast(event.upcast(), [&](auto const& one) { upcast_to_today(one, to); });
        else
            to.push_back({wire_name(context_name(), event_name<Event>), json::write(event)});
    }

    template <class Event>
    static result<void> check_data(std::string_view data) {
        DIPTYCH_TRY(json::read<Event>(data, upcasting<Event> ? json::fitting : json::tolerant));
        return {};
    }

    template <class Event>
    static model::event build_event() {
        static_assert(check_event<Event>::passed);
        auto names = wire_names<Event>(context_name());
        model::event made{
            .type = names[0],
            .formerly = {names.begin() + 1, names.end()},
            .fields = json::form<Event>::describe().fields,
            .home_kind = std::string{home_kind<Event>()},
            .check = check_data<Event>,
        };
        if constexpr (upcasting<Event>) made.upcast = upcast<Event>;
        return made;
    }

    template <class... Event, class... Command, class... Process>
    static model::context
    build(reflect::types<Event...> all, reflect::types<Command...>, reflect::types<Process...>) {
        static_assert(
            !names_clash(decltype(all){}),
            "diptych: two events of the context have one name; the older one needs an upcast()"
        );
        return {
            .name = std::string{context_name()},
            .events = {build_event<Event>()...},
            .commands = {command_functions<context_of, Command>::build()...},
            .processes =
                {process_functions<context_of, Process, decltype(inputs_of<Process>())>::build()...
                },
        };
    }
};

}  // namespace detail

/// The tables of a context, made at the first call. Lives for ever; thread-safe.
template <class Context>
model::context const& context_model() {
    using made_of = detail::context_of<Context>;
    static model::context const built = made_of::build(
        typename made_of::event_types{},
        typename made_of::command_types{},
        typename made_of::process_types{}
    );
    return built;
}

}  // namespace diptych
