/// @file
/// Parcels: ids found through an earlier state, events that changed their shape over the years, and
/// a process.
#pragma once

#include <diptych/diptych.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace parcels {

using parcel_id = diptych::id<"parcel">;
using truck_id = diptych::id<"truck">;
using payment_id = diptych::id<"payment">;

struct loaded {
    using home = truck_id;
    parcel_id parcel;
    truck_id truck;
    int grams;
    std::string note = "";
};
struct delivered {
    parcel_id parcel;
};

// Until 2024 the weight was a text, under the same name of the event.
struct loaded_by_text {
    static constexpr auto type = "loaded";
    using home = truck_id;
    parcel_id parcel;
    truck_id truck;
    std::string weight;
    loaded upcast() const {
        return {.parcel = parcel, .truck = truck, .grams = std::stoi(weight), .note = "converted"};
    }
};
// Until 2023 one event said both.
struct handled {
    static constexpr auto formerly = {"touched", "old_parcels.touched"};
    using home = truck_id;
    parcel_id parcel;
    truck_id truck;
    bool done;
    std::tuple<loaded_by_text, std::optional<delivered>> upcast() const {
        return {
            {.parcel = parcel, .truck = truck, .weight = "5"},
            done ? std::optional{delivered{.parcel = parcel}} : std::nullopt
        };
    }
};
struct paid {
    payment_id payment;
    std::string reference;  // of the parcel
};

enum class refusal { not_loaded, overloaded };

struct parcel {
    using of = parcel_id;
    std::optional<truck_id> truck;
    bool at_home = false;
    static constexpr int revision = 3;
    void evolve(loaded const& e) { truck = e.truck; }
    void evolve(delivered const&) { at_home = true; }
};
struct load {
    using of = truck_id;
    int grams = 0;
    static constexpr bool state_stored = true;
    void evolve(loaded const& e) { grams += e.grams; }
};

struct deliver {
    parcel_id parcel;
    diptych::decision<delivered> decide(parcels::parcel const& p, load const& l) const {
        if (!p.truck) return diptych::refuse(refusal::not_loaded);
        if (l.grams > 1000) return diptych::refuse(refusal::overloaded, std::to_string(l.grams));
        if (p.at_home) return diptych::no_events;
        return delivered{.parcel = parcel};
    }
};

struct chasing {
    using of = parcel_id;
    int asked = 0;
    std::vector<std::string> heard;

    static parcel_id key(paid const& e) { return {e.reference}; }

    void evolve(loaded const&) { ++asked; }
    void evolve(diptych::refused<deliver> const& no) { heard.push_back(no.reason + no.detail); }

    diptych::reaction react(loaded const& e, diptych::environment const&) const {
        diptych::reaction all = diptych::start("late", std::chrono::minutes{15});
        all += diptych::cancel("early");
        all += diptych::cancel(e.note + std::to_string(e.grams));
        if (asked > 1) all += deliver{.parcel = e.parcel};
        return all;
    }
    diptych::reaction react(paid const& e) const { return deliver{.parcel = key(e)}; }
    diptych::reaction react(diptych::timer_due const& t) const {
        return deliver{.parcel = {t.timer}};
    }
    diptych::reaction react(diptych::refused<deliver> const& no, diptych::environment const&)
        const {
        return diptych::cancel(no.reason + std::to_string(heard.size()));
    }
    diptych::reaction react(diptych::failed<deliver> const& no) const {
        return diptych::cancel(no.kind + "/" + no.code + "/" + no.message);
    }
    diptych::reaction react(diptych::accepted<deliver> const& yes) const {
        return diptych::cancel(yes.command.parcel.value + "/" + yes.id);
    }
};

struct context : diptych::context<
                     diptych::events<loaded, loaded_by_text, handled, paid>,
                     diptych::commands<deliver>,
                     diptych::processes<chasing>> {
    static constexpr auto name = "parcels";
};

}  // namespace parcels
