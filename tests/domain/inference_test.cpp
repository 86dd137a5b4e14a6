#include "domain/bank.hpp"
#include "domain/invoices.hpp"
#include "domain/parcels.hpp"
#include "domain/school.hpp"
#include "domain/shop.hpp"
#include "domain/users.hpp"

#include <diptych/explain.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace model = diptych::model;

namespace {

template <class Context, class Command>
model::command const& command() {
    for (auto const& one : diptych::context_model<Context>().commands)
        if (one.name == diptych::command_name<Command>) return one;
    throw std::logic_error("no such command");
}

using earlier_states = std::vector<std::vector<model::erased_const>>;
using names = std::vector<std::string>;

/// The names of the only key of a parameter.
template <class Context, class Command>
model::state_key key(
    Command const& asked, std::size_t parameter, earlier_states const& earlier = {}
) {
    auto const keys = command<Context, Command>().parameters.at(parameter).keys(&asked, earlier);
    REQUIRE(keys.value().size() == 1);
    return keys.value()[0];
}

}  // namespace

TEST_CASE("the id of a state is the only field of its kind in the command") {
    shop::allocate const asked{.order = {"o1"}, .product = {"TABLE"}, .quantity = 1};
    CHECK(key<shop::context>(asked, 0).names == names{"product-TABLE"});
    CHECK_FALSE(key<shop::context>(asked, 0).fresh);
}

TEST_CASE("of two fields of one kind, at<> says which") {
    bank::transfer const asked{.from = {"a"}, .to = {"b"}, .cents = 1};
    CHECK(key<bank::context>(asked, 0).names == names{"account-a"});
    CHECK(key<bank::context>(asked, 1).names == names{"account-b"});
}

TEST_CASE("an id that the command lacks is found in a state before") {
    parcels::deliver const asked{.parcel = {"p"}};
    auto const found = std::make_shared<parcels::parcel>();
    auto const load_key = [&] { return key<parcels::context>(asked, 1, {{found}}); };
    CHECK(key<parcels::context>(asked, 0).names == names{"parcel-p"});
    CHECK(load_key().fresh);
    CHECK(load_key().names.empty());
    found->truck = parcels::truck_id{"t"};
    CHECK(load_key().names == names{"truck-t"});
    CHECK_FALSE(load_key().fresh);
}

TEST_CASE("a key of several ids has all their names, and is fresh if one is missing") {
    school::subscribe asked{.student = {"s"}, .course = school::course_id{"c"}};
    CHECK(key<school::context>(asked, 0).names == names{"student-s", "course-c"});
    CHECK(key<school::context>(asked, 1).names == names{"course-c"});
    asked.course.reset();
    CHECK(key<school::context>(asked, 0).fresh);
    CHECK(key<school::context>(asked, 0).names.empty());
    CHECK(key<school::context>(asked, 1).fresh);
    CHECK_FALSE(key<school::context>(asked, 2).fresh);
}

TEST_CASE("a state without of is folded over the whole log, and the environment is no state") {
    invoices::issue_invoice const asked{.customer = {"c"}};
    CHECK(key<invoices::context>(asked, 0).names.empty());
    CHECK_FALSE(key<invoices::context>(asked, 0).fresh);
    auto const& parameters = command<invoices::context, invoices::issue_invoice>().parameters;
    CHECK(parameters[0].of->id_kinds.empty());
    CHECK(parameters[1].of == nullptr);
}

TEST_CASE("each<> is one state for each id, each once, nested ones too") {
    bank::payout const asked{.lines = {{{"b"}, 1}, {{"a"}, 2}, {{"b"}, 3}}};
    auto const& parameter = command<bank::context, bank::payout>().parameters[0];
    CHECK(parameter.each);
    auto const keys = parameter.keys(&asked, {}).value();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].names == names{"account-a"});
    CHECK(keys[1].names == names{"account-b"});
}

TEST_CASE("an empty or overlong id of a command is invalid") {
    auto const keys = [](std::string product) {
        shop::allocate const asked{.order = {"o"}, .product = {std::move(product)}, .quantity = 1};
        return command<shop::context, shop::allocate>().parameters[0].keys(&asked, {});
    };
    CHECK(keys("").error().kind == diptych::errc::invalid);
    CHECK(keys(std::string(248, 'x')).error().kind == diptych::errc::invalid);
    CHECK(keys(std::string(247, 'x')));
}

TEST_CASE("a context is called what it says, as its struct, or as its first command's namespace") {
    CHECK(diptych::context_model<bank::context>().name == "money");
    CHECK(diptych::context_model<users::registry>().name == "registry");
    CHECK(diptych::context_model<shop::context>().name == "shop");
}

TEST_CASE("a context lists the events of its decisions and those said") {
    names types;
    for (auto const& one : diptych::context_model<parcels::context>().events)
        types.push_back(one.type);
    CHECK(
        types ==
        names{
            "parcels.loaded",
            "parcels.loaded",
            "parcels.handled",
            "parcels.paid",
            "parcels.delivered"
        }
    );
    auto const& allocated = diptych::context_model<shop::context>().events[1];
    CHECK(allocated.type == "shop.allocated");
    CHECK(allocated.home_kind == "product");
    CHECK(allocated.fields[3].name == "quantity");
}

TEST_CASE("a command is read strictly and written back") {
    auto const& allocate = command<shop::context, shop::allocate>();
    auto const* const json = R"({"order":"o1","product":"TABLE","quantity":3})";
    CHECK(allocate.print(allocate.parse(json).value().get()) == json);
    auto const refused = allocate.parse(R"({"order":"o1","product":"TABLE","qty":3})");
    CHECK(refused.error().kind == diptych::errc::invalid);
    CHECK(refused.error().message == "qty: unknown field; there are order, product, quantity");
    CHECK(refused.error().facts.at(0) == std::pair<std::string, std::string>{"path", "\"qty\""});
}

TEST_CASE("a location has the fields of the command, percent-encoded") {
    auto const& allocate = command<shop::context, shop::allocate>();
    shop::allocate const asked{.order = {"a b/ü&1"}, .product = {"TABLE"}, .quantity = 3};
    CHECK(allocate.location(&asked) == "/views/allocations?order_id=eq.a%20b%2F%C3%BC%261");
    CHECK((command<bank::context, bank::deposit>().location == nullptr));
    CHECK(
        diptych::detail::expand_location("/x/{n}?{a.b}&{none}", R"({"n":7,"a":{"b":"y"}})") ==
        "/x/7?y&"
    );
}

TEST_CASE("explain says where ids come from, what is folded, made and refused") {
    CHECK(
        diptych::explain<shop::context, shop::allocate>() ==
        "shop.allocate(order, product, quantity)\n"
        "  asks for  stock: command field 'product'\n"
        "              folds shop.allocated, shop.batch_created\n"
        "  holds if  none of these was recorded for these ids in between; else it is decided "
        "again\n"
        "  makes     shop.allocated\n"
        "  refuses   unknown_product\n"
        "  location  /views/allocations?order_id=eq.{order}\n"
    );
    auto const contains = [](std::string const& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    auto const money = diptych::explain<bank::context>();
    CHECK(contains(money, "account: command field 'from'\n"));
    CHECK(contains(money, "account: command field 'to'\n"));
    CHECK(contains(money, "account: each account in the command\n"));
    CHECK(contains(money, "always: it asks for no state\n"));
    CHECK(contains(
        diptych::explain<school::context>(),
        "seat: command field 'student' and command field 'course'\n"
    ));
    CHECK(contains(diptych::explain<school::context>(), "money") == false);
    CHECK(contains(diptych::explain<invoices::context>(), "numbering: the whole log\n"));
    CHECK(contains(diptych::explain<invoices::context>(), "environment: handed in and recorded\n"));
    CHECK(contains(diptych::explain<parcels::context>(), "load: field 'truck' of parcel\n"));
    CHECK(contains(diptych::explain<parcels::context>(), "chasing, one for each parcel\n"));
}
