#include "allocation/domain.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace shop;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

product_id const lamp{"lamp"};
date const january = std::chrono::sys_days{std::chrono::year{2030} / 1 / 1};
date const march = std::chrono::sys_days{std::chrono::year{2030} / 3 / 1};

batch_created created(std::string ref, int quantity, std::optional<date> eta = {}) {
    return {.batch = {ref}, .product = lamp, .quantity = quantity, .eta = eta};
}
allocated placed(std::string order, std::string batch, int quantity) {
    return {.order = {order}, .product = lamp, .batch = {batch}, .quantity = quantity};
}
deallocated lost(std::string order, std::string batch, int quantity) {
    return {.order = {order}, .product = lamp, .batch = {batch}, .quantity = quantity};
}
back_ordered waits(std::string order, int quantity) {
    return {.order = {order}, .product = lamp, .quantity = quantity};
}
batch_quantity_changed changed(std::string ref, int quantity) {
    return {.batch = {ref}, .product = lamp, .quantity = quantity};
}
allocate ask(std::string order, int quantity) {
    return {.order = {order}, .product = lamp, .quantity = quantity};
}
change_batch_quantity change(std::string ref, int quantity) {
    return {.batch = {ref}, .quantity = quantity};
}

}  // namespace

TEST_CASE("a new batch is created") {
    create_batch const command{.batch = {"b1"}, .product = lamp, .quantity = 10, .eta = january};
    given().when(command).then(created("b1", 10, january));
}

TEST_CASE("creating the same batch again changes nothing, even after its quantity was changed") {
    create_batch const command{.batch = {"b1"}, .product = lamp, .quantity = 10, .eta = january};
    given(created("b1", 10, january)).when(command).then_nothing();
    given(created("b1", 10, january), changed("b1", 4)).when(command).then_nothing();
}

TEST_CASE("a batch reference is not used again for something else") {
    create_batch const other{.batch = {"b1"}, .product = {"rug"}, .quantity = 10, .eta = {}};
    given(created("b1", 10)).when(other).then_refused(refusal::batch_exists);
    create_batch const more{.batch = {"b1"}, .product = lamp, .quantity = 11, .eta = {}};
    given(created("b1", 10)).when(more).then_refused(refusal::batch_exists);
}

TEST_CASE("a quantity is positive, and a batch may lose everything") {
    create_batch const none{.batch = {"b1"}, .product = lamp, .quantity = 0, .eta = {}};
    given().when(none).then_refused(refusal::quantity_not_positive);
    given(created("b1", 10)).when(ask("o1", 0)).then_refused(refusal::quantity_not_positive);
    given(created("b1", 10)).when(ask("o1", -1)).then_refused(refusal::quantity_not_positive);
    given(created("b1", 10)).when(change("b1", -1)).then_refused(refusal::quantity_not_positive);
    given(created("b1", 10)).when(change("b1", 0)).then(changed("b1", 0));
}

TEST_CASE("an unknown product is refused by its sku") {
    auto const said = given().when(ask("o1", 3));
    said.then_refused(refusal::unknown_product);
    CHECK(said.decided()->detail == "Invalid sku lamp");
}

TEST_CASE("a line goes to stock in the warehouse before stock on its way") {
    given(created("soon", 10, january), created("here", 10))
        .when(ask("o1", 3))
        .then(placed("o1", "here", 3));
}

TEST_CASE("a line goes to the earliest batch, and of equals to the first created") {
    given(created("late", 10, march), created("one", 10, january), created("two", 10, january))
        .when(ask("o1", 3))
        .then(placed("o1", "one", 3));
}

TEST_CASE("a line goes to one batch that has room for all of it") {
    given(created("b1", 2), created("b2", 3, march)).when(ask("o1", 3)).then(placed("o1", "b2", 3));
    given(created("b1", 3)).when(ask("o1", 3)).then(placed("o1", "b1", 3));
}

TEST_CASE("a repeated line changes nothing, even if its batch is full meanwhile") {
    given(created("b1", 5), created("b2", 5, march), placed("o1", "b1", 3), placed("o2", "b1", 2))
        .when(ask("o1", 3))
        .then_nothing();
}

TEST_CASE("a line that fits nowhere waits, once") {
    given(created("b1", 2)).when(ask("o1", 3)).then(waits("o1", 3));
    given(created("b1", 2), waits("o1", 3)).when(ask("o1", 3)).then_nothing();
}

TEST_CASE("a line that waits is allocated when there is room") {
    given(created("b1", 2), waits("o1", 3), created("b2", 3))
        .when(ask("o1", 3))
        .then(placed("o1", "b2", 3));
}

TEST_CASE("an order may have two lines of one product") {
    given(created("b1", 5), placed("o1", "b1", 3)).when(ask("o1", 2)).then(placed("o1", "b1", 2));
}

TEST_CASE("when a batch shrinks, its newest lines lose their place until the rest fits") {
    given(
        created("b1", 30),
        placed("o1", "b1", 10),
        placed("o2", "b1", 10),
        placed("o3", "b1", 10),
        created("b2", 30),
        placed("o4", "b2", 10)
    )
        .when(change("b1", 15))
        .then(lost("o2", "b1", 10), lost("o3", "b1", 10), changed("b1", 15));
}

TEST_CASE("a line that was allocated again is the newest") {
    given(
        created("b1", 20),
        placed("o1", "b1", 10),
        placed("o2", "b1", 10),
        lost("o1", "b1", 10),
        placed("o1", "b1", 10)
    )
        .when(change("b1", 10))
        .then(lost("o1", "b1", 10), changed("b1", 10));
}

TEST_CASE("a batch that still has room for its lines just changes") {
    given(created("b1", 10), placed("o1", "b1", 4)).when(change("b1", 4)).then(changed("b1", 4));
    given(created("b1", 10)).when(change("b1", 20)).then(changed("b1", 20));
}

TEST_CASE("changing a batch to what it has changes nothing") {
    given(created("b1", 10)).when(change("b1", 10)).then_nothing();
    given(created("b1", 10), changed("b1", 4)).when(change("b1", 4)).then_nothing();
}

TEST_CASE("an unknown batch is refused by its reference") {
    auto const said = given().when(change("b9", 3));
    said.then_refused(refusal::unknown_batch);
    CHECK(said.decided()->detail == "There is no batch b9");
}

TEST_CASE("an event about a batch that nobody created is passed over") {
    given(created("b1", 5), placed("o1", "b9", 3), lost("o1", "b9", 3), changed("b9", 1))
        .when(ask("o2", 5))
        .then(placed("o2", "b1", 5));
}

TEST_CASE("a line that was placed elsewhere takes its batch, once, if there is room") {
    allocate_from const command{.batch = {"b2"}, .order = {"o1"}, .product = lamp, .quantity = 3};
    given(created("b1", 5), created("b2", 5)).when(command).then(placed("o1", "b2", 3));
    given(created("b2", 5), placed("o1", "b2", 3)).when(command).then_nothing();
    given(created("b2", 2)).when(command).then_refused(refusal::no_room);
    given(created("b1", 5)).when(command).then_refused(refusal::unknown_batch);
}

TEST_CASE("a line that lost its place is allocated again") {
    given(created("b1", 10), placed("o1", "b1", 5), lost("o1", "b1", 5))
        .reacting<reallocation>()
        .then_sends(ask("o1", 5));
}

TEST_CASE("new stock goes to those who wait, oldest first") {
    given(
        created("b1", 1),
        waits("o1", 3),
        waits("o2", 2),
        waits("o3", 1),
        placed("o2", "b1", 2),
        created("b2", 5)
    )
        .reacting<reallocation>()
        .then_sends(ask("o1", 3), ask("o3", 1));
    given(created("b1", 1), waits("o1", 3), changed("b1", 3))
        .reacting<reallocation>()
        .then_sends(ask("o1", 3));
}

TEST_CASE("a line that lost its place and got no answer is served by new stock, once") {
    auto const out = [](auto const&... then) {
        return given(created("b1", 5), placed("o1", "b1", 5), lost("o1", "b1", 5), then...);
    };
    out(changed("b1", 2), created("b2", 5)).reacting<reallocation>().then_sends(ask("o1", 5));
    out(changed("b1", 2), waits("o1", 5), created("b2", 5))
        .reacting<reallocation>()
        .then_sends(ask("o1", 5));
    out(changed("b1", 2), placed("o1", "b2", 5), created("b3", 5))
        .reacting<reallocation>()
        .then_sends();
}

TEST_CASE("new stock that nobody waits for moves nothing") {
    given(created("b1", 1), placed("o1", "b1", 1), created("b2", 5))
        .reacting<reallocation>()
        .then_sends();
}
