#include "inbox/source_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::inbox;

namespace {

std::string fault_of(std::string_view text, std::string_view name = "inbox/order.toml") {
    auto const read = parse_source(name, text);
    REQUIRE(!read);
    CHECK(read.error().kind == errc::invalid);
    CHECK(read.error().code == "inbox_file");
    return read.error().message;
}

}  // namespace

TEST_CASE("a source file says its order, its bounds, its ids and what its messages wait for") {
    auto const read = parse_source("inbox/delivery.toml", R"(
mode = "resequence"
wait_max = "90s"
held_max = 50
[ids]
order = "order_id"
delivery = "delivery"
[after.delivery_picked_up]
types = ["delivery_created"]
id = "delivery"
[after."delivery_*"]
types = ["order_created", "shop.order_placed"]
id = "order"
)")
                          .or_throw();
    CHECK(read.name == "delivery");
    CHECK(read.mode == ordering::resequence);
    CHECK(read.wait_max == std::chrono::seconds{90});
    CHECK(read.held_max == 50);
    REQUIRE(read.ids.size() == 2);
    CHECK(read.ids[0].kind == "delivery");
    CHECK(read.ids[1].field == "order_id");
    CHECK(read.find_prerequisite("delivery_picked_up")->types.front() == "delivery_created");
    CHECK(read.find_prerequisite("delivery_lost")->types.size() == 2);
    CHECK(read.find_prerequisite("order_created") == nullptr);
}

TEST_CASE("the longest prefix says what a type waits for") {
    auto const read = parse_source("t.toml", R"(
mode = "tolerant"
ids.a = "a"
after."t_*" = {types = ["x"], id = "a"}
after."t_special_*" = {types = ["y"], id = "a"}
)")
                          .or_throw();
    CHECK(read.find_prerequisite("t_special_one")->types.front() == "y");
    CHECK(read.find_prerequisite("t_other")->types.front() == "x");
}

TEST_CASE("a source file that says little has bounds all the same") {
    auto const read = parse_source("order.toml", "mode = 'strict'").or_throw();
    CHECK(read.wait_max == std::chrono::hours{1});
    CHECK(read.held_max == 10'000);
}

TEST_CASE("a fault in a source file names file, line, column and what is allowed") {
    CHECK(
        fault_of("mode = \"strict\"\nwait = \"1h\"") ==
        "inbox/order.toml:2:1: there is no 'wait' here; there are mode, wait_max, held_max, [ids], "
        "[after.<type>]"
    );
    CHECK(
        fault_of("mode = \"loose\"") ==
        "inbox/order.toml:1:8: mode is \"tolerant\", \"strict\" or \"resequence\""
    );
    CHECK(fault_of("").contains("mode is missing"));
    CHECK(
        fault_of("mode = 'strict'\nwait_max = '1 fortnight'").starts_with("inbox/order.toml:2:12: ")
    );
    CHECK(fault_of("mode = 'strict'\nwait_max = '9999999999999999h'").contains("wait_max"));
    CHECK(fault_of("mode = 'strict'\nwait_max = '0s'").contains("wait_max"));
    CHECK(fault_of("mode = 'strict'\nheld_max = 0").contains("from 1 to 1000000"));
    CHECK(fault_of("mode = 'strict'\nheld_max = 1.5").contains("from 1 to 1000000"));
    CHECK(
        fault_of("mode = 'strict'\n[ids]\nOrder = 'o'").starts_with("inbox/order.toml:3:1: a kind")
    );
    CHECK(fault_of("mode = 'strict'\n[ids]\norder = 1").contains("a field of data"));
    CHECK(
        fault_of("mode = 'strict'\n[ids]\norder = 'o'\n[after.x]\ntypes = ['y']\nid = 'parcel'") ==
        "inbox/order.toml:4:1: id 'parcel' is no kind of [ids]; there are order"
    );
    CHECK(fault_of("mode = 'strict'\n[after.x]\ntypes = ['y']").contains("id is missing"));
    CHECK(fault_of("mode = 'strict'\n[after.x]\nid = 'y'").contains("types is missing"));
    CHECK(fault_of("mode = 'strict'\n[after.x]\ntypes = []\nid = 'y'").contains("at least one"));
    CHECK(fault_of("mode = 'strict'\n[after.x]\nkind = 'y'").contains("there are types, id"));
    CHECK(fault_of("mode = 'strict'\n[after.\"a*b\"]\ntypes = ['y']\nid = 'y'")
              .contains("its beginning"));
    CHECK(fault_of("mode = 'strict").starts_with("inbox/order.toml:1:"));
    CHECK(fault_of("mode = 'strict'", "inbox/Order-1.toml").contains("the file's name"));
}
