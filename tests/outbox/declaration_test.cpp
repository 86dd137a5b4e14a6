#include "outbox/outbox_fixture.hpp"
#include "outbox/pattern.hpp"

#include <optional>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

std::string fault_of(std::string_view text, std::string_view name = "channels/orders.toml") {
    std::vector const known{test_scheme()};
    auto const read = parse_channel(name, text, known);
    if (read) return "none";
    CHECK(read.error().code == "channel_file");
    return read.error().message;
}

}  // namespace

TEST_CASE("a channel's file says all that there is to say") {
    auto const made = declared(R"(types = ["shop.*", "paid"]
categories = ["order"]
kinds = ["customer"]
start = "now"
in_flight = 7
attempts_max = 9
pause_max = "5m"
on_refused = "park"
once = true
source = "https://shop.example/log"
word = "w"
key = ["env:A", "env:B"]
[where]
"address.country" = "DE"
total = 5
)");
    CHECK(made.name == "orders");
    CHECK(made.address == "there");
    CHECK(made.what.types.size() == 2);
    CHECK(made.start == beginning::now);
    CHECK(made.in_flight == 7);
    CHECK(made.attempts_max == 9);
    CHECK(made.pause_max == 5min);
    CHECK(made.on_refused == refusal_rule::park);
    CHECK(made.once);
    CHECK(made.source == "https://shop.example/log");
    CHECK(made.setting("word") == "w");
    CHECK(made.what.where.size() == 2);
    CHECK(declared().source == "diptych/orders");
}

TEST_CASE("a fault in a channel's file is named with its place and what is allowed") {
    CHECK(fault_of("types = [\"a\"]").starts_with("channels/orders.toml:1:1: to is missing"));
    CHECK(fault_of("to = \"ftp://x\"")
              .contains("1:6: to is an address, as a text; this program "
                        "delivers to those that begin with test:"));
    CHECK(fault_of("to = \"test://me:pw@x/y\"").contains("no user or password"));
    CHECK(fault_of("to = \"test:x\"\ncolour = 1")
              .contains("2:1: there is no 'colour' here; there are to, types"));
    CHECK(fault_of("to = \"test:x\"\ncolour = 1").ends_with("and for test: word, key"));
    CHECK(fault_of("to = \"test:x\"\nkey = \"plain\"").contains("2:7: key does not stand in a file")
    );
    CHECK(fault_of("to = \"test:x\"\nword = [\"a\", \"b\"]")
              .ends_with("2:8: word is one value, and no list"));
    CHECK(fault_of("to = \"test:x\"\nkey = []").ends_with("2:7: key is a list with at least one"));
    CHECK(fault_of("to = \"test:x\"\nin_flight = 0").contains("from 1 to 10000"));
    CHECK(fault_of("to = \"test:x\"\non_refused = \"stop\"").contains("\"pause\" or \"park\""));
    CHECK(fault_of("to = \"test:x\"\ntypes = [\"a*b\"]").contains("no type of event"));
    CHECK(fault_of("to = \"test:x\"\ntypes = [\"$timer_due\"]").contains("no type of event"));
    CHECK(fault_of("to = \"test:x\"\npause_max = \"25h\"").contains("250ms to 24h"));
    CHECK(fault_of("to = ").contains("channels/orders.toml:1:"));
    CHECK(fault_of("to = \"test:x\"", "channels/Orders.toml").contains("the file's name"));
}

TEST_CASE("a channel delivers what its file selects, and nothing of the engine's own") {
    outbox_fixture at(R"(types = ["shop.*"]
categories = ["order", "cart"]
[where]
"a.b" = "x"
n = 5
)");
    auto const good = R"({"a":{"b":"x"},"n":5})";
    at.append("order-1", "shop.placed", good);
    at.append("order-2", "store.placed", good);
    at.append("user-3", "shop.placed", good);
    at.append("cart-4", "shop.placed", good);
    at.append("order-5", "shop.placed", R"({"a":{"b":"y"},"n":5})");
    at.append("order-6", "shop.placed", R"({"a":{"b":"x"},"n":"5"})");
    at.append("order-7", "$odd", good);
    at.run();
    CHECK(at.to.text() == "order-1 1, cart-4 1");
    CHECK(at.channel->status().lag == 0);
}

TEST_CASE("a channel finds events by the kinds of ids that they carry") {
    outbox_fixture at("kinds = [\"customer\"]\ntypes = [\"placed\"]\n");
    std::vector<event_data> events;
    events.push_back({.stream = "order-1", .type = "placed", .tags = {"customer-ada"}});
    events.push_back({.stream = "order-2", .type = "placed"});
    events.push_back({.stream = "customer-1", .type = "placed"});
    events.push_back({.stream = "customer-1", .type = "moved"});
    at.log->append({.events = std::move(events)}).or_throw();
    at.run();
    CHECK(at.to.text() == "order-1 1, customer-1 1");
}

TEST_CASE("a pattern is filled with what a message says") {
    message const what{
        .id = "i",
        .position = position{7},
        .version = version{2},
        .recorded_at = timestamp{1'785'000'000s},
        .stream = "order-o-1",
        .type = "shop.placed",
        .data = R"({"a":{"b":[1,"x"]},"n":null})",
        .tags = {"customer-ada", "order-9"}
    };
    auto const filled = [&](std::string_view text) {
        return pattern::parse(text).or_throw().fill(what);
    };
    CHECK(
        filled("{category}.{type} {stream}/{version} {position} {id}") ==
        "order.shop.placed order-o-1/2 7 i"
    );
    CHECK(filled("{tag.customer} {tag.order} {tag.none}|") == "ada o-1 |");
    CHECK(
        filled("{data.a.b.1}{data.a.b.0}{data.n}{data.x} {{}} {time}") ==
        "x1 {} 2026-07-25T17:20:00Z"
    );
    CHECK(pattern::parse("{colour}").error().message.contains("there are {id}, {type}"));
    CHECK(pattern::parse("{id").error().message.contains("without its '}'"));
    CHECK(pattern::parse("id}").error().message.contains("without its '{'"));
}

TEST_CASE("a secret is taken from the environment, or its name is told") {
    auto const of = declared("key = [\"env:A\", \"env:B\"]\n");
    bank::manual_clock time;
    std::optional<std::string> b = "two";
    endpoint::surroundings const in{
        .disk = storage::system_disk(),
        .folder = {},
        .time = time,
        .environment = [&](std::string const& name) { return name == "A" ? "one" : b; }
    };
    CHECK(endpoint::revealed(of, "key", in).or_throw() == std::vector<std::string>{"one", "two"});
    CHECK(endpoint::revealed_one(of, "word", in).or_throw().empty());
    b.reset();
    auto const missing = endpoint::revealed(of, "key", in);
    CHECK(missing.error().code == "channel_secret");
    CHECK(missing.error().message.contains("variable B"));
}
