// What stands between a caller and the decisions of a unit.
#include "log/inline_view.hpp"
#include "write/together.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using bank::command_list;
using bank::house;
using bank::metadata_in;
using bank::money;
using bank::second_withdraw;
using bank::together;

namespace {

/// Refuses whatever holds more than one event.
class narrow_view final : public log::inline_view {
public:
    std::string_view name() const override { return "narrow"; }
    result<void> apply(std::span<recorded_event const> events) override {
        if (events.size() > 1) return fail(errc::refused, "unique", "there is one already");
        return {};
    }
    void keep() override {}
    void drop() override {}
    result<void> commit(log::log_end const&) override { return {}; }
    void abandon() override {}
};

}  // namespace

TEST_CASE("every command of a unit passes the middleware, one within the other") {
    house at;
    std::string order;
    at.commands->use([&](call const& what, next_call const& next) {
        order += "(" + std::string(what.command) + std::string(what.body);
        auto options = what.options;
        options.reason += "for " + std::string(what.command);
        auto answer = next(options);
        order += ")";
        return answer;
    });
    at.commands->use([&](call const&, next_call const& next) {
        order += "[";
        auto answer = next();
        order += "]";
        return answer;
    });
    REQUIRE(together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 1)}}));
    CHECK(
        order ==
        R"((bank.deposit{"account":"a","amount":5}[(bank.withdraw{"account":"a","amount":1}[])]))"
    );
    CHECK(
        metadata_in(at, "reason") ==
        std::vector<std::string>{"for bank.deposit", "for bank.withdraw"}
    );
}

TEST_CASE("middleware that answers a command itself answers for its unit") {
    house at;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (what.command == "bank.withdraw")
            return outcome{.is = outcome::kind::refused, .reason = "closed"};
        return next();
    });
    auto const answer =
        together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 1)}}).or_throw();
    CHECK(answer.reason == "closed");
    CHECK(answer.refused_by == second_withdraw());
    CHECK(at.types().empty());
}

TEST_CASE("middleware may ask for one caller, id and token of a unit, not for several") {
    house at;
    auto ids = 0;
    at.commands->use([&](call const& what, next_call const& next) {
        auto options = what.options;
        options.command_id += std::to_string(++ids);
        return next(options);
    });
    auto const answer = together(at, {{"deposit", money("a", 5)}, {"deposit", money("a", 1)}});
    REQUIRE(!answer);
    CHECK(answer.error().code == "middleware");
    CHECK(at.types(true).empty());
}

TEST_CASE("advice is asked for every command of a unit, and its refusal refuses all") {
    house at;
    auto asked = 0;
    auto is_open = true;
    at.commands
        ->validate(
            "withdraw",
            [&](call const& what) -> result<void> {
                ++asked;
                if (is_open || what.body != money("a", 2)) return {};
                return fail(errc::refused, "closed", "come again tomorrow");
            }
        )
        .or_throw();
    command_list const commands{
        {"deposit", money("a", 5)}, {"withdraw", money("a", 1)}, {"withdraw", money("a", 2)}
    };
    CHECK(together(at, commands).or_throw().accepted());
    CHECK(asked == 2);
    is_open = false;
    for (std::string const id : {"", "c1", "c1"}) {
        auto const answer = together(at, commands, {.command_id = id}).or_throw();
        CHECK(answer.reason == "closed");
        CHECK(answer.detail == "come again tomorrow");
        CHECK(answer.refused_by == refusing_command{2, "bank.withdraw"});
    }
    CHECK(at.types().size() == 3);
}

TEST_CASE("a constraint of an inline view refuses a unit as a whole, without a command to name") {
    house at;
    at.log->attach(std::make_shared<narrow_view>(), position{0}).or_throw();
    command_list const asked{{"deposit", money("a", 5)}, {"withdraw", money("a", 3)}};
    for (auto const is_repeated : {false, true}) {
        auto const answer = together(at, asked, {.command_id = "c1"}).or_throw();
        CHECK(answer.reason == "unique");
        CHECK(!answer.refused_by);
        CHECK(answer.repeated == is_repeated);
    }
    CHECK(at.types().empty());
}
