/// @file
/// Conference management: what an organiser announces. The whole context.
///
/// A conference is created unpublished and belongs to whoever has its access code. Until it is
/// published for the first time its seat types are drafts that nobody else hears of and that may be
/// deleted; publishing announces them, and from then on every change is announced at once. An
/// unpublished conference keeps its orders and sells no more.
#pragma once

#include "money.hpp"

#include <diptych/context.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace conference::management {

using conference_id = diptych::id<"conference">;
using slug_id = diptych::id<"slug">;
using seat_type_id = diptych::id<"seat_type">;

// What happened. Names and fields are stored for good.

struct conference_created {
    using home = conference_id;
    conference_id conference;
    slug_id slug;
    std::string name;
    std::string description;
    std::string location;
    std::chrono::sys_days starts;
    std::chrono::sys_days ends;
    std::string owner_name;
    std::string owner_email;
    std::string access_code;
};

struct conference_updated {
    conference_id conference;
    std::string name;
    std::string description;
    std::string location;
    std::chrono::sys_days starts;
    std::chrono::sys_days ends;
};

struct conference_published {
    conference_id conference;
};

struct conference_unpublished {
    conference_id conference;
};

// Of a conference that has never been published: nobody else's concern.
struct seat_drafted {
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    std::string description;
    int quantity;
    money price;
};

struct seat_draft_deleted {
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
};

// Announced: registration sells by these.
struct seat_created {
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    std::string description;
    int quantity;
    money price;
};

struct seat_updated {
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    std::string description;
    int quantity;
    money price;
};

enum class refusal {
    unknown_conference,
    unknown_seat_type,
    conference_exists,
    seat_type_exists,
    slug_taken,
    slug_malformed,
    name_empty,
    email_malformed,
    ends_before_it_starts,
    quantity_out_of_range,
    price_out_of_range,
    was_published,
    id_too_long
};

inline constexpr std::size_t id_max =
    100;  ///< Bytes: what others call by both ids has longer names.
inline constexpr int quantity_max = 100'000;
inline constexpr money price_max{1'000'000'00};

// What decisions need to know.

struct seat {
    std::string name;
    std::string description;
    int quantity;
    money price;
    bool operator==(seat const&) const = default;
};

void keep_seat(std::map<seat_type_id, seat>& seats, auto const& e) {
    seats[e.seat_type] = {
        .name = e.name, .description = e.description, .quantity = e.quantity, .price = e.price
    };
}

struct conference_state {
    using of = conference_id;
    std::optional<conference_created> created;
    bool is_published = false;
    bool was_published = false;
    std::map<seat_type_id, seat> seats;

    void evolve(conference_created const& e) { created = e; }
    void evolve(conference_updated const& e) {
        if (!created) return;
        created->name = e.name;
        created->description = e.description;
        created->location = e.location;
        created->starts = e.starts;
        created->ends = e.ends;
    }
    void evolve(conference_published const&) { is_published = was_published = true; }
    void evolve(conference_unpublished const&) { is_published = false; }
    void evolve(seat_drafted const& e) { keep_seat(seats, e); }
    void evolve(seat_draft_deleted const& e) { seats.erase(e.seat_type); }
    void evolve(seat_created const& e) { keep_seat(seats, e); }
    void evolve(seat_updated const& e) { keep_seat(seats, e); }
};

// A slug is part of an address, so it is given once.
struct slug_state {
    using of = slug_id;
    std::optional<conference_id> conference;
    void evolve(conference_created const& e) { conference = e.conference; }
};

// What may be asked. The rules are in conferences.cpp.

struct create_conference {
    conference_id conference;
    slug_id slug;
    std::string name;
    std::string description;
    std::string location;
    std::chrono::sys_days starts;
    std::chrono::sys_days ends;
    std::string owner_name;
    std::string owner_email;
    using refusals = refusal;
    static constexpr auto optional_fields = {"description", "location"};

    diptych::decision<conference_created> decide(
        conference_state const& known,
        slug_state const& by_slug,
        diptych::environment const& surroundings
    ) const;
};

struct update_conference {
    conference_id conference;
    std::string name;
    std::string description;
    std::string location;
    std::chrono::sys_days starts;
    std::chrono::sys_days ends;
    using refusals = refusal;
    static constexpr auto optional_fields = {"description", "location"};

    diptych::decision<conference_updated> decide(conference_state const& known) const;
};

struct publish_conference {
    conference_id conference;
    using refusals = refusal;

    diptych::decision<conference_published, seat_created> decide(conference_state const& known
    ) const;
};

struct unpublish_conference {
    conference_id conference;
    using refusals = refusal;

    diptych::decision<conference_unpublished> decide(conference_state const& known) const;
};

struct create_seat {
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    std::string description;
    int quantity;
    money price;
    using refusals = refusal;
    static constexpr auto optional_fields = {"description"};

    diptych::decision<seat_drafted, seat_created> decide(conference_state const& known) const;
};

struct update_seat {
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    std::string description;
    int quantity;
    money price;
    using refusals = refusal;
    static constexpr auto optional_fields = {"description"};

    diptych::decision<seat_drafted, seat_updated> decide(conference_state const& known) const;
};

struct delete_seat {
    conference_id conference;
    seat_type_id seat_type;
    using refusals = refusal;

    diptych::decision<seat_draft_deleted> decide(conference_state const& known) const;
};

struct context : diptych::context<diptych::commands<
                     create_conference,
                     update_conference,
                     publish_conference,
                     unpublish_conference,
                     create_seat,
                     update_seat,
                     delete_seat>> {
    static constexpr auto name = "management";
};

}  // namespace conference::management
