/// @file
/// The domain of simulated runs: few seats, many who want them, and a process that writes to each
/// who has got one.
#pragma once

#include <diptych/context.hpp>

#include <chrono>
#include <set>
#include <string>

namespace theatre {

using show_id = diptych::id<"show">;
using guest_id = diptych::id<"guest">;

inline constexpr std::size_t seats = 3;
inline constexpr std::size_t shows_of_guest = 2;
inline constexpr std::chrono::seconds reminded_after{60};

struct reserved {
    using home = show_id;
    show_id show;
    guest_id guest;
};
struct released {
    using home = show_id;
    show_id show;
    guest_id guest;
};
struct reminded {
    using home = guest_id;
    guest_id guest;
    show_id show;
};
struct written_to {
    using home = guest_id;
    guest_id guest;
    show_id show;
};

enum class refusal { sold_out, twice, too_many };

struct house {
    using of = show_id;
    std::set<std::string> guests;
    void evolve(reserved const& e) { guests.insert(e.guest.value); }
    void evolve(released const& e) { guests.erase(e.guest.value); }
};

struct calendar {
    using of = guest_id;
    std::size_t shows = 0;
    void evolve(reserved const&) { ++shows; }
    void evolve(released const&) { --shows; }
};

struct reserve {
    show_id show;
    guest_id guest;
    using refusals = refusal;

    diptych::decision<reserved> decide(house const& in, calendar const& of) const {
        if (in.guests.contains(guest.value)) return diptych::refuse(refusal::twice);
        if (in.guests.size() == seats) return diptych::refuse(refusal::sold_out);
        if (of.shows == shows_of_guest) return diptych::refuse(refusal::too_many);
        return reserved{.show = show, .guest = guest};
    }
};

struct release {
    show_id show;
    guest_id guest;

    diptych::decision<released> decide(house const& in) const {
        if (!in.guests.contains(guest.value)) return diptych::no_events;
        return released{.show = show, .guest = guest};
    }
};

struct write_to {
    guest_id guest;
    show_id show;

    // Whoever is written to has or had a seat: it looks, as commands of processes do.
    diptych::decision<written_to> decide(house const&) const {
        return written_to{.guest = guest, .show = show};
    }
};

struct remind {
    guest_id guest;
    show_id show;

    diptych::decision<reminded> decide(house const& in) const {
        if (!in.guests.contains(guest.value)) return diptych::no_events;
        return reminded{.guest = guest, .show = show};
    }
};

struct letters {
    using of = show_id;
    diptych::reaction react(reserved const& e) const {
        return write_to{.guest = e.guest, .show = e.show};
    }
};

// Of who keeps a seat for a while.
struct reminders {
    using of = show_id;
    show_id show;
    void evolve(reserved const& e) { show = e.show; }

    diptych::reaction react(reserved const& e) const {
        return diptych::start(e.guest.value, reminded_after);
    }
    diptych::reaction react(released const& e) const { return diptych::cancel(e.guest.value); }
    diptych::reaction react(diptych::timer_due const& e) const {
        return remind{.guest = {e.timer}, .show = show};
    }
};

struct context : diptych::context<
                     diptych::commands<reserve, release, write_to, remind>,
                     diptych::processes<letters, reminders>> {
    static constexpr auto name = "theatre";
};

}  // namespace theatre

/// The same domain in a later program, in which a state means something else.
namespace theatre_next {

using theatre::guest_id;
using theatre::house;
using theatre::refusal;
using theatre::released;
using theatre::reserved;
using theatre::show_id;

struct calendar {
    using of = guest_id;
    std::size_t shows = theatre::shows_of_guest;  // that are left
    void evolve(reserved const&) { --shows; }
    void evolve(released const&) { ++shows; }
};

struct reserve {
    show_id show;
    guest_id guest;
    using refusals = refusal;

    diptych::decision<reserved> decide(house const& in, calendar const& of) const {
        if (in.guests.contains(guest.value)) return diptych::refuse(refusal::twice);
        if (in.guests.size() == theatre::seats) return diptych::refuse(refusal::sold_out);
        if (of.shows == 0) return diptych::refuse(refusal::too_many);
        return reserved{.show = show, .guest = guest};
    }
};

struct context
    : diptych::context<
          diptych::commands<reserve, theatre::release, theatre::write_to, theatre::remind>,
          diptych::processes<theatre::letters, theatre::reminders>> {
    static constexpr auto name = "theatre";
};

}  // namespace theatre_next
