/// @file
/// Trips: a process with all that one may ask for. A hotel is asked for under a name, a flight for
/// a while only; what was booked is given back in reverse order when a step is refused.
#pragma once

#include <diptych/diptych.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace trips {

using namespace std::chrono_literals;

using trip_id = diptych::id<"trip">;
using payment_id = diptych::id<"payment">;

struct asked_for {
    trip_id trip;
    std::string hotel;
};
struct changed {
    trip_id trip;
    std::string hotel;
};
struct paid_with {
    trip_id trip;
    std::string payment;  // not among the ids of the event
};
struct paid {
    payment_id payment;
};
struct given_up {
    trip_id trip;
};
struct booked {
    trip_id trip;
    std::string what;
};
struct given_back {
    trip_id trip;
    std::string what;
};

enum class refusal { no_room };

struct journey {
    using of = trip_id;
    int flights = 0;
    void evolve(booked const& e) { flights += e.what == "flight" ? 1 : 0; }
};

struct book_hotel {
    trip_id trip;
    std::string name;
    diptych::decision<booked> decide() const { return booked{.trip = trip, .what = name}; }
};
struct book_flight {
    trip_id trip;
    diptych::decision<booked> decide(journey const&) const {
        if (trip.value == "full") return diptych::refuse(refusal::no_room);
        return booked{.trip = trip, .what = "flight"};
    }
};
struct give_back {
    trip_id trip;
    std::string what;
    diptych::decision<given_back> decide() const { return given_back{.trip = trip, .what = what}; }
};

/// Whether a hotel of that name can not be asked for.
inline bool& throws() {
    static bool the_answer = true;
    return the_answer;
}

struct travelling {
    using of = trip_id;
    using started_by = diptych::events<asked_for>;

    diptych::compensations undo;
    std::string hotel;
    int changes = 0;

    static payment_id key(paid const& e) { return e.payment; }

    void evolve(diptych::accepted<book_hotel> const& e) {
        hotel = e.command.name;
        undo.add(give_back{.trip = e.command.trip, .what = e.command.name});
    }
    void evolve(diptych::accepted<book_flight> const& e) {
        undo.add(give_back{.trip = e.command.trip, .what = "flight"});
    }

    void evolve(changed const&) { ++changes; }

    diptych::reaction react(asked_for const& e) const {
        if (e.hotel == "throws" && throws()) throw std::runtime_error("no such hotel");
        diptych::reaction all = diptych::start("late", 1h);
        all += diptych::send(book_hotel{.trip = e.trip, .name = e.hotel}, {.name = "hotel"});
        return all;
    }
    diptych::reaction react(changed const& e) const {
        return diptych::send(book_hotel{.trip = e.trip, .name = e.hotel}, {.name = "hotel"});
    }
    diptych::reaction react(paid_with const& e) const {
        return diptych::correlate(payment_id{e.payment});
    }
    diptych::reaction react(paid const&, diptych::environment const&) const {
        return diptych::start("paid", 1h);
    }
    diptych::reaction react(diptych::accepted<book_hotel> const& e) const {
        return diptych::send(book_flight{.trip = e.command.trip}, {.after = 5min, .within = 10min});
    }
    diptych::reaction react(diptych::refused<book_flight> const&) const {
        auto all = undo.in_reverse();
        all += diptych::finish();
        return all;
    }
    diptych::reaction react(diptych::failed<book_flight> const& e) const {
        return diptych::start(e.code, 1h);
    }
    diptych::reaction react(given_up const&) const { return diptych::finish(); }
};

struct context : diptych::context<
                     diptych::commands<book_hotel, book_flight, give_back>,
                     diptych::events<asked_for, changed, paid_with, paid, given_up>,
                     diptych::processes<travelling>> {
    static constexpr auto name = "trips";
};

}  // namespace trips
