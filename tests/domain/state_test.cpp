#include "domain/bank.hpp"
#include "domain/parcels.hpp"
#include "domain/recorded.hpp"
#include "domain/school.hpp"
#include "domain/shop.hpp"

#include <diptych/diptych.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace model = diptych::model;
using diptych::detail::context_of;

namespace {

std::vector<std::string> const table{"product-TABLE"};

model::state const& stock() {
    return diptych::state_model<context_of<shop::context>, shop::stock>();
}

template <class State>
State const& as(model::erased const& state) {
    return *static_cast<State const*>(state.get());
}

}  // namespace

namespace throwing {
using thing_id = diptych::id<"thing">;
struct happened {
    thing_id thing;
};
struct fragile {
    using of = thing_id;
    void evolve(happened const&) { throw std::length_error("too long"); }
};
struct touch {
    thing_id thing;
    diptych::decision<happened> decide(fragile const&) const { return happened{thing}; }
};
using context = diptych::context<diptych::commands<touch>>;
}  // namespace throwing

TEST_CASE("a state folds the events that it has an evolve for and passes over others") {
    CHECK(stock().name == "stock");
    CHECK(stock().id_kinds == std::vector<std::string>{"product"});
    CHECK(stock().types == std::vector<std::string>{"shop.allocated", "shop.batch_created"});
    auto const state = stock().make();
    auto const fold = [&](std::string_view type, std::string_view data) {
        return stock().fold(state.get(), recorded::event(type, "product-TABLE", data), table);
    };
    CHECK(fold("shop.batch_created", R"({"batch":"b1","product":"TABLE","quantity":10})"));
    CHECK(fold("shop.allocated", R"({"order":"o1","batch":"b1","quantity":3,"new":[1]})"));
    CHECK(fold("shop.unheard_of", "not even JSON"));
    CHECK(as<shop::stock>(state).free.at({"b1"}) == 7);
    CHECK(as<shop::stock>(state).served.contains({"o1"}));
}

TEST_CASE("an event that does not decode is corrupt, with position and path") {
    auto const state = stock().make();
    auto const folded = stock().fold(
        state.get(),
        recorded::event("shop.allocated", "product-TABLE", R"({"quantity":"three"})"),
        table
    );
    REQUIRE_FALSE(folded);
    CHECK(folded.error().kind == diptych::errc::corrupt);
    CHECK(
        folded.error().message ==
        "shop.allocated at position 7: quantity: expected an integer, found \"three\""
    );
    CHECK(folded.error().facts.at(0).second == "\"quantity\"");
    CHECK(folded.error().facts.at(1) == std::pair<std::string, std::string>{"position", "7"});
    CHECK(as<shop::stock>(state).served.empty());
}

TEST_CASE("an erased event is passed over") {
    auto const state = stock().make();
    auto event = recorded::event("shop.allocated", "product-TABLE", "");
    event.erased = true;
    CHECK(stock().fold(state.get(), event, table));
}

TEST_CASE("what an evolve throws is a failure that names the state and the exception") {
    auto const& fragile = diptych::state_model<context_of<throwing::context>, throwing::fragile>();
    auto const state = fragile.make();
    auto const folded = fragile.fold(
        state.get(), recorded::event("throwing.happened", "thing-t", R"({"thing":"t"})"), {}
    );
    REQUIRE_FALSE(folded);
    CHECK(folded.error().kind == diptych::errc::failed);
    CHECK(
        folded.error().message ==
        "throwing.happened at position 7: evolve of fragile threw std::length_error: too long"
    );
    CHECK(folded.error().code == "exception");
    CHECK(
        folded.error().facts.at(0) ==
        std::pair<std::string, std::string>{"exception", R"("std::length_error")"}
    );
}

TEST_CASE("an evolve that asks for it is told whom it folds for") {
    auto const& account = diptych::state_model<context_of<bank::context>, bank::account>();
    auto const moved =
        recorded::event("money.money_moved", "account-a", R"({"from":"a","to":"b","cents":5})");
    for (auto const& [name, cents] : {std::pair{"account-a", -5}, {"account-b", 5}}) {
        auto const state = account.make();
        std::vector<std::string> const key{name};
        CHECK(account.fold(state.get(), moved, key));
        CHECK(as<bank::account>(state).cents == cents);
    }
}

TEST_CASE("states are copied, saved and loaded") {
    auto const state = stock().make();
    auto const fold = [&](std::string_view data) {
        auto const event = recorded::event("shop.batch_created", "product-TABLE", data);
        CHECK(stock().fold(state.get(), event, table));
    };
    fold(R"({"batch":"b1","quantity":1})");
    auto const copy = stock().copy(state.get());
    fold(R"({"batch":"b2","quantity":2})");
    CHECK(as<shop::stock>(copy).free.size() == 1);
    CHECK(stock().save(state.get()) == R"({"free":{"b1":1,"b2":2},"served":[]})");
    CHECK(as<shop::stock>(stock().load(stock().save(state.get())).value()).free.size() == 2);
    CHECK(stock().load("{\"free\":1}").error().kind == diptych::errc::corrupt);
}

namespace first {
using thing_id = diptych::id<"thing">;
struct happened {
    thing_id thing;
    int count;
};
struct counter {
    using of = thing_id;
    int sum = 0;
    void evolve(happened const& e) { sum += e.count; }
};
struct secret {
    using of = thing_id;
    secret() = default;
    void evolve(happened const&) {}
};
struct count {
    thing_id thing;
    diptych::decision<happened> decide(counter const&, secret const&) const {
        return diptych::no_events;
    }
};
struct same : diptych::context<diptych::commands<count>> {
    static constexpr auto name = "same";
};
}  // namespace first
namespace second {
using thing_id = diptych::id<"thing">;
struct happened {
    thing_id thing;
    long count;
    int more;
};
struct counter {
    using of = thing_id;
    int sum = 0;
    void evolve(happened const& e) { sum += e.more; }
};
struct count {
    thing_id thing;
    diptych::decision<happened> decide(counter const&) const { return diptych::no_events; }
};
struct same : diptych::context<diptych::commands<count>> {
    static constexpr auto name = "same";
};
}  // namespace second

TEST_CASE("the fingerprint changes with the layout of the events that are folded") {
    auto const one = diptych::state_model<context_of<first::same>, first::counter>();
    auto const two = diptych::state_model<context_of<second::same>, second::counter>();
    CHECK(one.types == two.types);
    CHECK(one.fingerprint != two.fingerprint);
    CHECK(
        one.fingerprint ==
        diptych::context_model<first::same>().commands[0].parameters[0].of->fingerprint
    );
    CHECK(stock().fingerprint == "0a99a779179deab4");  // on every machine and in every build
}

TEST_CASE("a state says how it may be kept") {
    auto const& parcel = diptych::state_model<context_of<parcels::context>, parcels::parcel>();
    CHECK(parcel.revision == 3);
    CHECK_FALSE(parcel.state_stored);
    CHECK(diptych::state_model<context_of<parcels::context>, parcels::load>().state_stored);
    CHECK_FALSE(stock().revision);
    auto const& secret = diptych::state_model<context_of<first::same>, first::secret>();
    CHECK((secret.save == nullptr));
    CHECK((secret.load == nullptr));
    CHECK(secret.make() != nullptr);
}
