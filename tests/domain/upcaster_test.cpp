#include "domain/parcels.hpp"
#include "domain/recorded.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using diptych::detail::context_of;
using recorded::event;

namespace {

auto const& load() { return diptych::state_model<context_of<parcels::context>, parcels::load>(); }
auto const& parcel() {
    return diptych::state_model<context_of<parcels::context>, parcels::parcel>();
}

/// The grams that one event loads.
int grams(diptych::recorded_event const& from) {
    auto const state = load().make();
    std::vector<std::string> const key{"truck-t"};
    load().fold(state.get(), from, key).or_throw();
    return static_cast<parcels::load const*>(state.get())->grams;
}

}  // namespace

TEST_CASE("a state folds old events through their upcasts, under all names they had") {
    CHECK(
        parcel().types ==
        std::vector<std::string>{
            "old_parcels.touched",
            "parcels.delivered",
            "parcels.handled",
            "parcels.loaded",
            "parcels.touched"
        }
    );
    for (auto const* type : {"old_parcels.touched", "parcels.handled", "parcels.touched"}) {
        auto const state = parcel().make();
        std::vector<std::string> const key{"parcel-p"};
        auto const old = event(type, "truck-t", R"({"parcel":"p","truck":"t","done":true})");
        CHECK(parcel().fold(state.get(), old, key));
        auto const& folded = *static_cast<parcels::parcel const*>(state.get());
        CHECK(folded.truck == parcels::truck_id{"t"});
        CHECK(folded.at_home);
    }
}

TEST_CASE("a split answers several events, of which one may be missing, and upcasts chain") {
    auto const state = parcel().make();
    std::vector<std::string> const key{"parcel-p"};
    auto const old =
        event("parcels.handled", "truck-t", R"({"parcel":"p","truck":"t","done":false})");
    CHECK(parcel().fold(state.get(), old, key));
    CHECK_FALSE(static_cast<parcels::parcel const*>(state.get())->at_home);
    CHECK(grams(old) == 5);
}

TEST_CASE("two shapes of one name are told apart by what fits") {
    CHECK(
        grams(
            event("parcels.loaded", "truck-t", R"({"parcel":"p","truck":"t","grams":7,"note":""})")
        ) == 7
    );
    CHECK(
        grams(event("parcels.loaded", "truck-t", R"({"parcel":"p","truck":"t","weight":"30"})")) ==
        30
    );
}

TEST_CASE("what fits no shape is read as today's, tolerantly") {
    CHECK(grams(event("parcels.loaded", "truck-t", R"({"parcel":"p","grams":9})")) == 9);
    auto const state = load().make();
    auto const folded =
        load().fold(state.get(), event("parcels.loaded", "truck-t", R"({"grams":true})"), {});
    CHECK(folded.error().message.ends_with("grams: expected an integer, found true"));
}

TEST_CASE("the model of an old event turns it into today's, for views") {
    auto const& context = diptych::context_model<parcels::context>();
    REQUIRE(context.events[2].type == "parcels.handled");
    CHECK(
        context.events[2].formerly ==
        std::vector<std::string>{"parcels.touched", "old_parcels.touched"}
    );
    auto const newer = context.events[2].upcast(
        event("parcels.touched", "truck-t", R"({"parcel":"p","truck":"t","done":true})")
    );
    REQUIRE(newer.value().size() == 2);
    CHECK(newer.value()[0].type == "parcels.loaded");
    CHECK(newer.value()[0].data == R"({"parcel":"p","truck":"t","grams":5,"note":"converted"})");
    CHECK(newer.value()[1].type == "parcels.delivered");
    CHECK((context.events[0].upcast == nullptr));
    auto const* const today = R"({"parcel":"p","truck":"t","grams":5,"note":""})";
    auto const same = context.events[1].upcast(event("parcels.loaded", "truck-t", today));
    REQUIRE(same.value().size() == 1);
    CHECK(same.value()[0].data == today);
    CHECK(context.events[1].upcast(event("x", "y", "[]")).error().kind == diptych::errc::corrupt);
    CHECK(
        context.events[1].upcast(event("x", "y", R"({"weight":"heavy"})")).error().message ==
        "upcast of loaded threw std::invalid_argument: stoi"
    );
}
