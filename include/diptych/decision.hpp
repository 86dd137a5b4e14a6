/// @file
/// What a command's `decide` answers: events, nothing new, or a refusal.
///
///     diptych::decision<allocated, back_ordered> decide(stock const& s) const {
///         if (s.lots.empty()) return diptych::refuse(refusal::unknown_product, "Invalid sku ...");
///         if (s.served.contains(order)) return diptych::no_events;
///         return allocated{.order = order, ...};
///     }
///
/// Several events are listed, `return {first, second};`, or collected with `+=`.
#pragma once

#include <diptych/domain_event.hpp>
#include <diptych/event.hpp>
#include <diptych/json.hpp>
#include <diptych/reflect.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace diptych {

/// Accepted, and nothing has happened: a repeat, for example.
struct no_events_t {};
inline constexpr no_events_t no_events{};

/// The domain says no. An outcome, not an error.
struct refusal {
    std::string reason;  ///< The enumerator's name: what programs look at.
    std::string detail;  ///< A sentence for people.

    bool operator==(refusal const&) const = default;
};

/// Says no, for a reason that the domain has named.
template <class Reason>
    requires std::is_scoped_enum_v<Reason>
refusal refuse(Reason reason, std::string detail = {}) {
    return {std::string{reflect::enumerator_name(reason)}, std::move(detail)};
}

/// Events of these types in order, or a refusal. Holds them as they will be recorded.
template <class... Events>
class [[nodiscard]] decision {
    static_assert(
        sizeof...(Events) > 0, "diptych: a decision names the events that it can lead to"
    );

public:
    using event_types = reflect::types<Events...>;

    template <class Event>
    static constexpr bool may_hold = (std::same_as<Event, Events> || ...);

    decision() = default;
    decision(no_events_t) {}  // NOLINT(google-explicit-constructor)
    // NOLINTNEXTLINE(google-explicit-constructor)
    decision(diptych::refusal no) : refusal_(std::move(no)) {}

    template <class... Event>
        requires(sizeof...(Event) > 0 && (may_hold<Event> && ...))
    decision(Event const&... event) {  // NOLINT(google-explicit-constructor)
        events_.reserve(sizeof...(Event));
        (events_.push_back(encode(event)), ...);
    }

    template <class Event>
        requires may_hold<Event>
    decision& operator+=(Event const& event) {
        events_.push_back(encode(event));
        return *this;
    }

    bool refused() const { return refusal_.has_value(); }
    /// Of a refused decision.
    std::optional<diptych::refusal> const& refusal() const { return refusal_; }
    std::vector<event_data> const& events() const& { return events_; }
    std::vector<event_data> events() && { return std::move(events_); }

    /// Its events of one type, as structs again: for tests of a single `decide`.
    template <class Event>
        requires may_hold<Event>
    std::vector<Event> all() const {
        std::vector<Event> found;
        for (auto const& one : events_)
            if (one.type == event_name<Event>)
                found.push_back(json::read<Event>(one.data).or_throw());
        return found;
    }

private:
    std::vector<event_data> events_;
    std::optional<diptych::refusal> refusal_;
};

}  // namespace diptych
