#include "log/inline_view.hpp"
#include "write/house.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace diptych;
using bank::house;
using bank::money;

TEST_CASE("middleware runs in declared order around the decision") {
    house at;
    std::string order;
    at.commands->use([&](call const& what, next_call const& next) {
        order += "(" + std::string(what.command) + " ";
        auto answer = next();
        order += ")";
        return answer;
    });
    at.commands->use([&](call const& what, next_call const& next) {
        order += "[" + std::string(what.body);
        auto answer = next();
        order += "]";
        return answer;
    });
    REQUIRE(at.execute("deposit", money("a", 5)));
    CHECK(order == R"((bank.deposit [{"account":"a","amount":5}]))");
}

TEST_CASE("middleware may answer itself, and change the options of what follows") {
    house at;
    at.commands->use([](call const& what, next_call const& next) -> result<outcome> {
        if (what.options.caller.empty()) return fail(errc::denied, "who are you?");
        auto options = what.options;
        options.user = what.options.caller + "@example.org";
        return next(options);
    });
    CHECK(at.execute("deposit", money("a", 5)).error().kind == errc::denied);
    CHECK(at.types().empty());
    REQUIRE(at.execute("deposit", money("a", 5), {.caller = "ada"}));
    auto const page = at.log->read({}).or_throw();
    CHECK(page[0].metadata.find(R"("user":"ada@example.org")") != std::string_view::npos);
}

TEST_CASE("middleware that throws fails the command") {
    house at;
    at.commands->use([](call const&, next_call const&) -> result<outcome> {
        throw std::logic_error("broken");
    });
    auto const answer = at.execute("deposit", money("a", 5));
    REQUIRE(!answer);
    CHECK(answer.error().message == "middleware threw std::logic_error: broken");
}

TEST_CASE("an asynchronous command passes the same middleware") {
    house at;
    at.commands->use([](call const&, next_call const&) -> result<outcome> {
        return fail(errc::denied, "no");
    });
    std::optional<errc> said;
    at.commands->execute_async("deposit", money("a", 5), {}, [&](result<outcome> answer) {
        said = answer.error().kind;
    });
    CHECK(said == errc::denied);
}

TEST_CASE("advice that refuses is a refusal, recorded under the command's id") {
    house at;
    auto is_taken = true;
    at.commands
        ->validate(
            "deposit",
            [&](call const&) -> result<void> {
                if (is_taken) return fail(errc::refused, "name_taken", "choose another");
                return {};
            }
        )
        .or_throw();
    auto const refused = at.execute("deposit", money("a", 5)).or_throw();
    CHECK(!refused.accepted());
    CHECK(refused.reason == "name_taken");
    CHECK(refused.detail == "choose another");
    REQUIRE(at.execute("deposit", money("a", 5), {.command_id = "c1"}));
    is_taken = false;
    auto const again = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    CHECK(again.repeated);
    CHECK(again.reason == "name_taken");

    REQUIRE(at.execute("deposit", money("a", 5), {.command_id = "c2"}).or_throw().accepted());
    is_taken = true;  // by the very command that is now repeated
    CHECK(at.execute("deposit", money("a", 5), {.command_id = "c2"}).or_throw().accepted());
}

TEST_CASE("advice that fails is the caller's answer") {
    house at;
    at.commands
        ->validate(
            "bank.deposit",
            [](call const&) -> result<void> { return fail(errc::unavailable, "no view"); }
        )
        .or_throw();
    CHECK(at.execute("deposit", money("a", 5)).error().kind == errc::unavailable);
    CHECK(at.commands->validate("repair", {}).error().kind == errc::not_found);
}

TEST_CASE("the first answer stands when advice fails now, and its failures are no answers") {
    house at;
    std::optional<errc> fails_with;
    at.commands
        ->validate(
            "deposit",
            [&](call const&) -> result<void> {
                if (fails_with) return fail(*fails_with, "no view");
                return {};
            }
        )
        .or_throw();
    auto const first = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    for (auto const kind : {errc::unavailable, errc::not_found, errc::conflict, errc::failed}) {
        fails_with = kind;
        auto const again = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
        CHECK(again.repeated);
        CHECK(again.at == first.at);
        CHECK(at.execute("deposit", money("a", 5), {.command_id = "c2"}).error().kind == kind);
        CHECK(
            at.execute("deposit", money("a", 6), {.command_id = "c1"}).error().kind == errc::invalid
        );
    }
    CHECK(at.types().size() == 1);
    fails_with.reset();
    auto const late = at.execute("deposit", money("a", 5), {.command_id = "c2"}).or_throw();
    CHECK(!late.repeated);
}

namespace {

/// Refuses every second deposit, as a unique constraint might.
class picky_view final : public log::inline_view {
public:
    std::string_view name() const override { return "picky"; }
    result<void> apply(std::span<recorded_event const>) override {
        if (++calls % 2 == 0) return fail(errc::refused, "unique", "there is one already");
        return {};
    }
    void keep() override {}
    void drop() override {}
    result<void> commit(log::log_end const&) override { return {}; }
    void abandon() override {}

    int calls = 0;
};

}  // namespace

TEST_CASE("a constraint of an inline view refuses the command, and that is its recorded answer") {
    house at;
    at.log->attach(std::make_shared<picky_view>(), position{0}).or_throw();
    REQUIRE(at.execute("deposit", money("a", 5)).or_throw().accepted());
    auto const refused = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    CHECK(!refused.accepted());
    CHECK(refused.reason == "unique");
    auto const again = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    CHECK(again.repeated);
    CHECK(again.reason == "unique");
    CHECK(at.types().size() == 1);
    CHECK(at.execute("deposit", money("a", 5)).or_throw().accepted());
    CHECK(at.execute("deposit", money("a", 5)).or_throw().reason == "unique");
}
