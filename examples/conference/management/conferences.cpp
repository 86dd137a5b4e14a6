#include "management/conferences.hpp"

#include "email.hpp"

#include <string>
#include <string_view>

namespace conference::management {

using diptych::no_events;
using diptych::refuse;

namespace {

bool is_slug(std::string_view text) {
    return !text.empty() && text.size() <= 60 && text.front() != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
}

std::optional<diptych::refusal> fault_of_id(std::string_view id) {
    if (id.size() <= id_max) return {};
    return refuse(
        refusal::id_too_long,
        "The ids of conferences and seat types have at most " + std::to_string(id_max) + " bytes"
    );
}

std::optional<diptych::refusal> fault_of(seat const& what) {
    if (what.name.empty()) return refuse(refusal::name_empty, "A name is needed");
    if (what.quantity < 0 || what.quantity > quantity_max)
        return refuse(refusal::quantity_out_of_range, "0 to 100000 seats");
    if (what.price < money{} || what.price > price_max)
        return refuse(refusal::price_out_of_range, "0.00 to 1000000.00");
    return {};
}

auto unknown(conference_id const& conference) {
    return refuse(refusal::unknown_conference, "There is no conference " + conference.value);
}

auto unknown(seat_type_id const& seat_type) {
    return refuse(refusal::unknown_seat_type, "There is no seat type " + seat_type.value);
}

template <class Event, class Command>
Event said_by(Command const& asked) {
    return {
        .conference = asked.conference,
        .seat_type = asked.seat_type,
        .name = asked.name,
        .description = asked.description,
        .quantity = asked.quantity,
        .price = asked.price
    };
}

template <class Command>
seat seat_in(Command const& asked) {
    return {
        .name = asked.name,
        .description = asked.description,
        .quantity = asked.quantity,
        .price = asked.price
    };
}

bool is_same(conference_created const& known, create_conference const& asked) {
    return known.slug == asked.slug && known.name == asked.name &&
           known.description == asked.description && known.location == asked.location &&
           known.starts == asked.starts && known.ends == asked.ends &&
           known.owner_name == asked.owner_name && known.owner_email == asked.owner_email;
}

}  // namespace

diptych::decision<conference_created> create_conference::decide(
    conference_state const& known,
    slug_state const& by_slug,
    diptych::environment const& surroundings
) const {
    if (known.created && is_same(*known.created, *this)) return no_events;
    if (known.created)
        return refuse(refusal::conference_exists, "There is another conference of this id");
    if (auto fault = fault_of_id(conference.value)) return *std::move(fault);
    if (!is_slug(slug.value))
        return refuse(refusal::slug_malformed, "Small letters, digits and '-', 60 at most");
    if (by_slug.conference)
        return refuse(refusal::slug_taken, "There is a conference " + slug.value + " already");
    if (name.empty()) return refuse(refusal::name_empty, "A name is needed");
    if (!is_email(owner_email)) return refuse(refusal::email_malformed, email_wanted);
    if (ends < starts)
        return refuse(refusal::ends_before_it_starts, "The conference would end before it starts");
    return conference_created{
        .conference = conference,
        .slug = slug,
        .name = name,
        .description = description,
        .location = location,
        .starts = starts,
        .ends = ends,
        .owner_name = owner_name,
        .owner_email = owner_email,
        .access_code = draw_access_code(surroundings)
    };
}

diptych::decision<conference_updated> update_conference::decide(conference_state const& known
) const {
    if (!known.created) return unknown(conference);
    if (name.empty()) return refuse(refusal::name_empty, "A name is needed");
    if (ends < starts)
        return refuse(refusal::ends_before_it_starts, "The conference would end before it starts");
    auto const& now = *known.created;
    if (now.name == name && now.description == description && now.location == location &&
        now.starts == starts && now.ends == ends)
        return no_events;
    return conference_updated{
        .conference = conference,
        .name = name,
        .description = description,
        .location = location,
        .starts = starts,
        .ends = ends
    };
}

diptych::decision<conference_published, seat_created> publish_conference::decide(
    conference_state const& known
) const {
    if (!known.created) return unknown(conference);
    if (known.is_published) return no_events;
    diptych::decision<conference_published, seat_created> made =
        conference_published{.conference = conference};
    if (known.was_published) return made;
    for (auto const& [id, draft] : known.seats)
        made += seat_created{
            .conference = conference,
            .seat_type = id,
            .name = draft.name,
            .description = draft.description,
            .quantity = draft.quantity,
            .price = draft.price
        };
    return made;
}

diptych::decision<conference_unpublished> unpublish_conference::decide(conference_state const& known
) const {
    if (!known.created) return unknown(conference);
    if (!known.is_published) return no_events;
    return conference_unpublished{.conference = conference};
}

diptych::decision<seat_drafted, seat_created> create_seat::decide(conference_state const& known
) const {
    if (!known.created) return unknown(conference);
    auto const wanted = seat_in(*this);
    if (auto fault = fault_of(wanted)) return *std::move(fault);
    if (auto const found = known.seats.find(seat_type); found != known.seats.end()) {
        if (found->second == wanted) return no_events;
        return refuse(refusal::seat_type_exists, "There is another seat type of this id");
    }
    if (auto fault = fault_of_id(seat_type.value)) return *std::move(fault);
    if (known.was_published) return said_by<seat_created>(*this);
    return said_by<seat_drafted>(*this);
}

diptych::decision<seat_drafted, seat_updated> update_seat::decide(conference_state const& known
) const {
    if (!known.created) return unknown(conference);
    auto const found = known.seats.find(seat_type);
    if (found == known.seats.end()) return unknown(seat_type);
    auto const wanted = seat_in(*this);
    if (auto fault = fault_of(wanted)) return *std::move(fault);
    if (found->second == wanted) return no_events;
    if (known.was_published) return said_by<seat_updated>(*this);
    return said_by<seat_drafted>(*this);
}

diptych::decision<seat_draft_deleted> delete_seat::decide(conference_state const& known) const {
    if (!known.created) return unknown(conference);
    if (known.was_published)
        return refuse(
            refusal::was_published, "It was announced; make its quantity 0 to sell no more of it"
        );
    if (!known.seats.contains(seat_type)) return no_events;
    return seat_draft_deleted{.conference = conference, .seat_type = seat_type};
}

}  // namespace conference::management
