/// @file
/// Views written in C++: rows that events change.
///
///     struct stock_levels {
///         struct row { product_id product; int free = 0; };
///         using key = product_id;                          // the first fields of a row, by type
///         static constexpr auto filter = {"free"};         // what else may be asked for
///
///         void project(batch_created const& e, diptych::rows<stock_levels>& rows) const {
///             rows.change(e.product, [&](row& r) { r.free += e.quantity; });
///         }
///         void project(allocated const& e, diptych::rows<stock_levels>& rows) const {
///             rows.change(e.product, [&](row& r) { r.free -= e.quantity; });
///         }
///     };
///
///     app.add(diptych::view_model<stock_levels, shop>());  // GET /views/stock_levels?free=gt.0
///
/// It has the same life as a view file: a database of its own, rows and checkpoint in one
/// transaction, the same queries. `static constexpr bool is_inline = true` puts it into the commit
/// step; `unique = {"email", "shop, number"}` refuses an email, or a number of one
/// shop, that would be there twice. `static constexpr bool parks = true` sets an event aside that
/// the view goes on failing on, with all behind it that share its stream or a tag. What project()
/// means can not be hashed: raise `static constexpr int revision` when it changes, and the view is
/// built anew.
///
/// project() is pure: no clock, no randomness, nothing but the event and the rows. It may take the
/// recorded event as a third parameter, for position and time. The key of several fields is a
/// std::tuple of their types.
#pragma once

#include <diptych/context.hpp>
#include <diptych/row_form.hpp>
#include <diptych/state.hpp>
#include <diptych/view_model.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace diptych {

/// The rows of a view while an event is applied. Not thread-safe; valid during the call of project.
///
/// Failures of the database leave through diptych::failure, which the engine catches.
template <class View>
class rows {
public:
    using row = typename View::row;
    using key = typename View::key;

    explicit rows(model::row_store& in) : in_(in) {}

    /// The row with this key, if there is one.
    std::optional<row> find(key const& of) const {
        auto const cells = in_.find(detail::key_cells(of)).or_throw();
        if (!cells) return {};
        return detail::row_from<row>(*cells);
    }

    /// Inserts the row or replaces the one with its key.
    void put(row const& what) { in_.put(detail::row_cells(what)).or_throw(); }

    /// Changes the row, beginning with an empty one if there is none.
    template <class Change>
    void change(key const& of, Change const& with) {
        auto changed = find(of);
        if (!changed) changed = detail::empty_row<row>(of);
        with(*changed);
        put(*changed);
    }

    /// Whether there was a row to erase.
    bool erase(key const& of) { return in_.erase(detail::key_cells(of)).or_throw(); }

private:
    model::row_store& in_;
};

namespace detail {

template <class View, class Event>
consteval bool projects_alone() {
    return requires(View const& view, Event const& e, rows<View>& to) { view.project(e, to); };
}
template <class View, class Event>
consteval bool projects_recorded() {
    return requires(View const& view, Event const& e, rows<View>& to, recorded_event const& at) {
        view.project(e, to, at);
    };
}

/// Whether a view projects an event, perhaps through upcasts.
template <class View, class Event>
consteval bool projects() {
    if constexpr (projects_alone<View, Event>() || projects_recorded<View, Event>()) {
        return true;
    } else if constexpr (upcasting<Event>) {
        return []<class... Newer>(reflect::types<Newer...>) {
            return (projects<View, Newer>() || ...);
        }(upcasts_to<Event>{});
    } else {
        return false;
    }
}

template <class View, class Event>
void project_event(Event const& event, rows<View>& to, recorded_event const& at) {
    if constexpr (projects_recorded<View, Event>())
        View{}.project(event, to, at);
    else if constexpr (projects_alone<View, Event>())
        View{}.project(event, to);
    else if constexpr (upcasting<Event>)
        for_each_upcast(event.upcast(), [&](auto const& one) { project_event(one, to, at); });
}

template <class View>
concept says_inline = requires { requires View::is_inline; };

template <class View>
concept says_parks = requires { requires View::parks; };
template <class View>
concept says_filter = requires { requires !std::is_member_pointer_v<decltype(&View::filter)>; };
template <class View>
concept says_sort = requires { requires !std::is_member_pointer_v<decltype(&View::sort)>; };
template <class View>
concept says_unique = requires { requires !std::is_member_pointer_v<decltype(&View::unique)>; };
template <class View>
concept says_view_revision =
    requires { requires !std::is_member_pointer_v<decltype(&View::revision)>; };

/// The rules of a view; each broken one is a sentence.
template <class View>
struct check_view {
    using row = typename View::row;
    static_assert(
        reflect::plain_struct<row> && std::is_default_constructible_v<row>,
        "diptych: a row is a plain struct that begins empty: public fields, no base class"
    );
    static_assert(
        key_begins<row, typename View::key>(),
        "diptych: the key of a view is the type of its row's first field, or a std::tuple of the "
        "types of its first fields"
    );
    static constexpr bool passed = true;
};

template <class View>
struct projections_of {};  // notes of project are kept apart from those of evolve

// What they mean is not asked: trying them notes which events a view takes; see state.hpp.
template <class View>
concept tried_project =
    requires(View const& view, any_event<projections_of<View>> event, rows<View>& to) {
        view.project(event, to);
    };
template <class View>
concept tried_project_recorded = requires(
    View const& view,
    any_event<projections_of<View>> event,
    rows<View>& to,
    recorded_event const& at
) { view.project(event, to, at); };

template <class View, class Event, class... Contexts>
struct check_project {
    static_assert(
        ((is_listed<Event>(typename context_of<Contexts>::event_types{}) ||
          is_upcast_of<Event>(typename context_of<Contexts>::event_types{})) ||
         ...),
        "diptych: this view projects an event that none of its contexts lists: name the context in "
        "view_model, or add the event with diptych::events<...>"
    );
    static_assert(
        projects_alone<View, Event>() || projects_recorded<View, Event>(),
        "diptych: this project can not be called: it is private, not const, or takes its event not "
        "by const&"
    );
};

template <class View, int Place, class... Contexts>
consteval bool check_projects() {
    if constexpr (Place == 0) {
        static_cast<void>(tried_project<View>);
        static_cast<void>(tried_project_recorded<View>);
    }
    using owner = projections_of<View>;
    if constexpr (requires { note_at(noted<owner, Place>{}); }) {
        using event = typename decltype(note_at(noted<owner, Place>{}))::type;
        static_cast<void>(sizeof(check_project<View, event, Contexts...>));
        return check_projects<View, Place + 1, Contexts...>();
    }
    return true;
}

/// The names in "shop, email".
inline std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names(1);
    for (auto const c : list)
        if (c == ',')
            names.emplace_back();
        else if (c != ' ')
            names.back() += c;
    return names;
}

template <class View, class Context>
struct view_functions;

/// The functions of one view over the events of its contexts.
template <class View, class... Contexts>
struct view_functions<View, reflect::types<Contexts...>> {
    static_assert(check_view<View>::passed);
    static_assert(check_projects<View, 0, Contexts...>());

    struct work {
        rows<View>& to;
        recorded_event const& at;
        std::optional<error> problem = {};
    };

    template <class Context, class Event>
    static decoded project_one(
        void* into,
        recorded_event const& event,
        json::rules how,
        std::span<std::string const>,
        std::optional<error>& why
    ) {
        Event read{};
        auto const outcome =
            input_form<Event>::read(Context::context_name(), event, how, read, why);
        if (outcome != decoded::yes) return outcome;
        auto& work_here = *static_cast<work*>(into);
        try {
            project_event<View>(read, work_here.to, work_here.at);
        } catch (...) {
            // Another shape must not be tried on top of what this one has changed.
            work_here.problem =
                thrown("project of " + std::string{reflect::type_name<View>}).error();
            throw;
        }
        return outcome;
    }

    template <class Context, class Event>
    static void add_entries(std::vector<fold_entry>& to) {
        if constexpr (projects<View, Event>())
            for (auto& type : wire_names<Event>(Context::context_name()))
                to.push_back(
                    {std::move(type),
                     project_one<Context, Event>,
                     !upcasting<Event>,
                     false,
                     std::string{reflect::type_name<Event>} +
                         layout_of(json::form<Event>::describe().fields)}
                );
    }

    template <class Context, class... Event>
    static void add_events(std::vector<fold_entry>& to, reflect::types<Event...>) {
        static_assert(
            (projects<View, Event>() || ...),
            "diptych: this view projects nothing: it has no project(event, rows) for any event of "
            "the context"
        );
        (add_entries<Context, Event>(to), ...);
    }

    static std::vector<fold_entry> const& entries() {
        static auto const all = [] {
            std::vector<fold_entry> list;
            (add_events<context_of<Contexts>>(list, typename context_of<Contexts>::event_types{}),
             ...);
            return in_order(std::move(list));
        }();
        return all;
    }

    static result<void> project(recorded_event const& event, model::row_store& store) {
        rows<View> to{store};
        work what{to, event};
        auto done = fold_with(entries(), reflect::type_name<View>, &what, event, {});
        if (what.problem) return std::unexpected(*std::move(what.problem));
        return done;
    }

    static model::view build() {
        model::view made{
            .name = std::string{reflect::type_name<View>},
            .is_inline = says_inline<View>,
            .parks = says_parks<View>,
            .columns = row_columns<typename View::row>(),
            .key_size = key_size<typename View::key>,
            .types = {},
            .fingerprint = {},
            .project = project,
        };
        if constexpr (says_filter<View>)
            for (std::string_view const name : View::filter) made.filter.emplace_back(name);
        if constexpr (says_sort<View>)
            for (std::string_view const name : View::sort) made.sort.emplace_back(name);
        if constexpr (says_unique<View>)
            for (std::string_view const names : View::unique)
                made.unique.push_back(names_in(names));
        for (auto const& entry : entries())
            if (made.types.empty() || made.types.back() != entry.type)
                made.types.push_back(entry.type);
        auto const revision = [] {
            if constexpr (says_view_revision<View>) return std::to_string(View::revision);
            return std::string{"0"};
        }();
        made.fingerprint = fingerprint_of(made.name, revision, entries());
        return made;
    }
};

}  // namespace detail

/// The view over the events of these contexts. Made at the first call; lives for ever; thread-safe.
template <class View, class... Contexts>
model::view const& view_model() {
    static_assert(sizeof...(Contexts) > 0, "diptych: name the context whose events it projects");
    static model::view const built =
        detail::view_functions<View, reflect::types<Contexts...>>::build();
    return built;
}

}  // namespace diptych
