#include "conference/management/conferences.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::management;
using conference::money;

namespace {

using std::chrono::sys_days;
constexpr auto first_day = sys_days{std::chrono::year{2026} / 9 / 1};
constexpr auto last_day = sys_days{std::chrono::year{2026} / 9 / 3};

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

create_conference const create{
    .conference = {"c1"},
    .slug = {"cpp-days"},
    .name = "C++ Days",
    .description = "",
    .location = "Ulm",
    .starts = first_day,
    .ends = last_day,
    .owner_name = "Ada",
    .owner_email = "ada@example.org"
};
conference_created const created{
    .conference = {"c1"},
    .slug = {"cpp-days"},
    .name = "C++ Days",
    .description = "",
    .location = "Ulm",
    .starts = first_day,
    .ends = last_day,
    .owner_name = "Ada",
    .owner_email = "ada@example.org",
    .access_code = "ABCDEF"
};
conference_published const published{.conference = {"c1"}};
conference_unpublished const unpublished{.conference = {"c1"}};
seat_drafted const draft{
    .conference = {"c1"},
    .seat_type = {"full"},
    .name = "Full",
    .description = "",
    .quantity = 10,
    .price = {200'00}
};
seat_created const announced{
    .conference = {"c1"},
    .seat_type = {"full"},
    .name = "Full",
    .description = "",
    .quantity = 10,
    .price = {200'00}
};
create_seat const new_seat{
    .conference = {"c1"},
    .seat_type = {"full"},
    .name = "Full",
    .description = "",
    .quantity = 10,
    .price = {200'00}
};
update_seat change_to(int quantity) {
    return {
        .conference = {"c1"},
        .seat_type = {"full"},
        .name = "Full",
        .description = "",
        .quantity = quantity,
        .price = {200'00}
    };
}

}  // namespace

TEST_CASE("a conference is created unpublished, with an access code that is drawn and recorded") {
    auto const made = given().seeded(7).when(create).decided();
    REQUIRE(made);
    REQUIRE(made->events.size() == 1);
    auto const event = diptych::json::read<conference_created>(made->events[0].data).or_throw();
    CHECK(event.access_code.size() == 6);
    auto const again = given().seeded(7).when(create).decided();
    CHECK(again->events[0].data == made->events[0].data);
    auto const other = given().seeded(8).when(create).decided();
    CHECK(other->events[0].data != made->events[0].data);
}

TEST_CASE("the same conference again changes nothing, another under its id is refused") {
    given(created).when(create).then_nothing();
    auto other = create;
    other.name = "Rust Days";
    given(created).when(other).then_refused(refusal::conference_exists);
}

TEST_CASE("a slug is taken once and is part of an address") {
    auto other = create;
    other.conference = {"c2"};
    given(created).when(other).then_refused(refusal::slug_taken);
    for (auto const* const slug : {"C++", "a b", "-a", "\xc3\xa4"}) {
        auto odd = create;
        odd.slug = {slug};
        given().when(odd).then_refused(refusal::slug_malformed);
    }
}

TEST_CASE("a conference has a name, an owner who can be reached, and an end after its start") {
    auto nameless = create;
    nameless.name = "";
    given().when(nameless).then_refused(refusal::name_empty);
    auto backwards = create;
    backwards.ends = first_day - std::chrono::days{1};
    given().when(backwards).then_refused(refusal::ends_before_it_starts);
    for (auto const* const email : {"", "ada", "@x", "a@", "a@b@c", "a b@c"}) {
        auto odd = create;
        odd.owner_email = email;
        given().when(odd).then_refused(refusal::email_malformed);
    }
}

TEST_CASE("a conference is updated, and not by what it is already") {
    update_conference const update{
        .conference = {"c1"},
        .name = "C++ Week",
        .description = "",
        .location = "Ulm",
        .starts = first_day,
        .ends = last_day
    };
    conference_updated const updated{
        .conference = {"c1"},
        .name = "C++ Week",
        .description = "",
        .location = "Ulm",
        .starts = first_day,
        .ends = last_day
    };
    given().when(update).then_refused(refusal::unknown_conference);
    given(created).when(update).then(updated);
    given(created, updated).when(update).then_nothing();
    auto odd = update;
    odd.ends = first_day - std::chrono::days{1};
    given(created).when(odd).then_refused(refusal::ends_before_it_starts);
    odd.name = "";
    given(created).when(odd).then_refused(refusal::name_empty);
}

TEST_CASE("seats are drafts until the first publish, which announces them") {
    given(created).when(new_seat).then(draft);
    given(created, draft).when(publish_conference{{"c1"}}).then(published, announced);
    given(created, published).when(new_seat).then(announced);
    given(created, published, unpublished).when(new_seat).then(announced);
}

TEST_CASE("seats are announced once, however often a conference is published") {
    given(created, draft, published, announced, unpublished)
        .when(publish_conference{{"c1"}})
        .then(published);
    given(created, published).when(publish_conference{{"c1"}}).then_nothing();
}

TEST_CASE("a conference is unpublished once") {
    given(created, published).when(unpublish_conference{{"c1"}}).then(unpublished);
    given(created).when(unpublish_conference{{"c1"}}).then_nothing();
    given().when(unpublish_conference{{"c1"}}).then_refused(refusal::unknown_conference);
}

TEST_CASE("a change of a seat type is a draft or announced, as its conference is") {
    auto changed_draft = draft;
    changed_draft.quantity = 5;
    given(created, draft).when(change_to(5)).then(changed_draft);
    given(created, draft, published, announced)
        .when(change_to(5))
        .then(seat_updated{
            .conference = {"c1"},
            .seat_type = {"full"},
            .name = "Full",
            .description = "",
            .quantity = 5,
            .price = {200'00}
        });
    given(created, draft).when(change_to(10)).then_nothing();
    given(created).when(change_to(5)).then_refused(refusal::unknown_seat_type);
}

TEST_CASE("a seat type may be deleted until its conference is published for the first time") {
    delete_seat const asked{.conference = {"c1"}, .seat_type = {"full"}};
    given(created, draft)
        .when(asked)
        .then(seat_draft_deleted{.conference = {"c1"}, .seat_type = {"full"}});
    given(created).when(asked).then_nothing();
    given(created, draft, published, announced, unpublished)
        .when(asked)
        .then_refused(refusal::was_published);
}

TEST_CASE("the ids of conferences and seat types are short enough to be put together") {
    auto conference = create;
    conference.conference.value = std::string(101, 'c');
    given().when(conference).then_refused(refusal::id_too_long);
    auto seats = new_seat;
    seats.seat_type.value = std::string(100, 's');
    CHECK_FALSE(given(created).when(seats).refuses(refusal::id_too_long));
    seats.seat_type.value += 's';
    given(created).when(seats).then_refused(refusal::id_too_long);
    given(created, published).when(seats).then_refused(refusal::id_too_long);
}

TEST_CASE("a seat type has a name, a sensible quantity and a price that is not negative") {
    given(created, draft).when(new_seat).then_nothing();
    auto other = new_seat;
    other.name = "Half";
    given(created, draft).when(other).then_refused(refusal::seat_type_exists);
    other.name = "";
    given(created).when(other).then_refused(refusal::name_empty);
    for (int const quantity : {-1, 100'001}) {
        other = new_seat;
        other.quantity = quantity;
        given(created).when(other).then_refused(refusal::quantity_out_of_range);
    }
    other = new_seat;
    other.price = money{-1};
    given(created).when(other).then_refused(refusal::price_out_of_range);
}
