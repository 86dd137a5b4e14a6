// What the file of an incoming channel may say.
#include "intake_fixture.hpp"

namespace diptych::intake {

namespace {

std::string fault_of(std::string_view text, std::string_view file = "channels/in.toml") {
    auto const known = test_schemes();
    auto const read = parse_incoming(file, text, known);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "channel_file");
    return read.error().message;
}

}  // namespace

TEST_CASE("a file says where messages come from and what they are for") {
    auto const read = declared(
        "in_flight = 7\nattempts_max = 2\npause_max = \"1m\"\nword = \"w\"\nkey = \"{key}\"\n"
        "[on.a]\ncommand = \"shop.do\"\n[on.\"b_*\"]\nsource = \"s\"\n"
    );
    CHECK(read.name == "warehouse");
    CHECK(read.scheme == "test");
    CHECK(read.address == "there");
    CHECK(read.in_flight == 7);
    CHECK(read.attempts_max == 2);
    CHECK(read.pause_max == std::chrono::minutes{1});
    CHECK(read.setting("word") == "w");
    CHECK(read.rules.size() == 2);
    CHECK(declared("id = \"{header.ce-token}\"\n[on.a]\ncommand = \"c\"\n").rules.size() == 1);
}

TEST_CASE("from without to makes a channel an incoming one") {
    CHECK(is_incoming("from = \"nats://x\""));
    CHECK_FALSE(is_incoming("to = \"nats://x\""));
    CHECK_FALSE(is_incoming("to = \"smtp://x\"\nfrom = \"a@b\""));
    CHECK_FALSE(is_incoming("from = "));
}

TEST_CASE("what is wrong with a file is said with its place") {
    CHECK(fault_of("from = \"test:x\"").contains("what to do with a message is missing"));
    CHECK(fault_of("from = \"what:x\"\n[on.a]\ncommand=\"c\"")
              .contains("in.toml:1:8: from is an address"));
    CHECK(
        fault_of("from = \"test:x\"\nwrod = 1").contains("there is no 'wrod' here; there are from,")
    );
    CHECK(fault_of("from = \"test:x\"\nkey = 1").contains("key is a text"));
    CHECK(fault_of("from = \"test:x\"\nid = \"{what}\"")
              .contains("there is no {what}; there are {id}"));
    CHECK(fault_of("from = \"test:x\"\nid = \"{header.X-Api-Key}\"")
              .contains("{header.X-Api-Key} has a name as secrets have"));
    CHECK(fault_of("from = \"test:x\"\nid = \"{id\"").contains("a '{' without its '}'"));
    CHECK(fault_of("from = \"test:x\"\n[on.a]\n").contains("is missing"));
    CHECK(fault_of("from = \"test:x\"\n[on.a]\ncommand=\"c\"\nsource=\"s\"")
              .contains("either command or source"));
    CHECK(fault_of("from = \"test:x\"\n[on.a]\ncommand=\"c\"\nversion=\"{key}\"")
              .contains("are of a source's"));
    CHECK(fault_of("from = \"test:x\"\n[on.a]\ncommand=\"c\"\nfeilds={}")
              .contains("there is no 'feilds'"));
    CHECK(fault_of("from = \"test:x\"\n[on.\"a*b\"]\ncommand=\"c\"")
              .contains("its beginning and a '*'"));
    CHECK(fault_of("from = \"test:x\"\n[on.a.b]\ncommand=\"c\"").contains("there is no 'b' here"));
    CHECK(
        fault_of("from = \"test://u:p@x/\"\n[on.a]\ncommand=\"c\"").contains("no user or password")
    );
    CHECK(fault_of("from = \"http:x\"\n[on.a]\ncommand=\"c\"").contains("/channels/in/messages"));
    CHECK(fault_of("from = 1", "channels/In.toml").contains("the file's name is the channel's"));
    CHECK(fault_of("from = \"test:x\"\nattempts_max = 0").contains("from 1 to 1000"));
    CHECK(fault_of("from = \"test:x\"\npause_max = \"1ms\"").contains("from 250ms to 24h"));
}

TEST_CASE("what is one value is no list") {
    CHECK(fault_of("from = \"test:x\"\nword = [\"a\"]").ends_with("word is one value, and no list")
    );
    CHECK(fault_of("from = \"test:x\"\npassword = [\"env:A\", \"env:B\"]")
              .ends_with("password is one value, and no list"));
}

TEST_CASE("a secret does not stand in the file") {
    CHECK(fault_of("from = \"test:x\"\npassword = \"p\"").contains("takes it from the environment")
    );
}

}  // namespace diptych::intake
