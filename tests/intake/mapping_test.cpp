// From what a broker has to what is asked for.
#include "intake/mapping.hpp"

#include "intake_fixture.hpp"

namespace diptych::intake {

namespace {

asked mapped(delivery const& what, std::string_view more = "[on.\"*\"]\ncommand = \"do\"\n") {
    known_facts facts;
    return asked_by(declared(more), what, {.fresh = "fresh"}, facts).or_throw();
}

error unmapped(delivery const& what, std::string_view more = "[on.\"*\"]\ncommand = \"do\"\n") {
    known_facts facts;
    return asked_by(declared(more), what, {.fresh = "fresh"}, facts).error();
}

}  // namespace

TEST_CASE("bare JSON is data; its type is the topic, its id the place at the broker") {
    auto const what = mapped({.place = "S:7", .topic = "orders", .body = R"({"a": 1})"});
    CHECK(what.type == "orders");
    CHECK(what.message_id == "S:7");
    CHECK(what.key.empty());
    CHECK(what.body == R"({"a": 1})");
    CHECK(mapped({.topic = "orders", .body = "{}"}).message_id == "fresh");
    CHECK(
        mapped({.place = "S:7", .headers = {{"nats-msg-id", "n"}}, .body = "{}"}).message_id == "n"
    );
}

TEST_CASE("a CloudEvent is read whole, or from the headers of NATS, HTTP and Kafka") {
    auto const whole = mapped(
        {.place = "p",
         .topic = "t",
         .body = R"({"specversion":"1.0","id":"e1","source":"s","type":"placed","subject":"o-1",)"
                 R"("correlationid":"c1","traceparent":"00-a-b-01","data":{"x":2}})"}
    );
    CHECK(whole.message_id == "s e1");  // another producer may have one of this id
    auto const is_right = [](asked const& one) {
        CHECK(one.message_id.ends_with("e1"));
        CHECK(one.type == "placed");
        CHECK(one.key == "o-1");
        CHECK(one.correlation_id == "c1");
        CHECK(one.traceparent == "00-a-b-01");
        CHECK(one.body == R"({"x":2})");
    };
    is_right(whole);
    for (std::string const mark : {"ce-", "ce_"})
        is_right(mapped(
            {.place = "p",
             .topic = "t",
             .headers =
                 {{mark + "id", "e1"},
                  {mark + "type", "placed"},
                  {mark + "subject", "o-1"},
                  {mark + "correlationid", "c1"},
                  {mark + "traceparent", "00-a-b-01"}},
             .body = R"({"x":2})"}
        ));
    CHECK(mapped({.headers = {{"ce-subject", "%C3%BC%20%zz"}}, .body = "{}"}).key == "\u00fc %zz");
    CHECK(mapped({.headers = {{"ce_subject", "%20"}}, .body = "{}"}).key == "%20");
}

TEST_CASE("a CloudEvent is known by source and id, and by a UUID alone") {
    auto const id_of = [](std::string const& id) {
        return mapped({.headers = {{"ce-id", id}, {"ce-source", "shop"}}, .body = "{}"}).message_id;
    };
    CHECK(id_of("7") == "shop 7");
    CHECK(id_of("01890000-0000-7000-8000-00000000000a") == "01890000-0000-7000-8000-00000000000a");
}

TEST_CASE("an id that is longer than the log takes is its hash; one that is not stays as it is") {
    auto const of_event = [](std::string source, std::string id) {
        return mapped({.headers = {{"ce_id", std::move(id)}, {"ce_source", std::move(source)}},
                       .body = "{}"})
            .message_id;
    };
    std::string const source(100, 's');
    auto const fits = std::string(154, 'i');
    CHECK(of_event(source, fits) == source + " " + fits);  // 255 bytes
    auto const hashed = of_event(source, fits + "i");
    CHECK(hashed.starts_with("sha256:"));
    CHECK(hashed.size() == 71);
    CHECK(hashed == of_event(source, fits + "i"));
    CHECK(hashed != of_event(source, fits + "j"));
    CHECK(hashed != of_event(source + "s", fits));
    std::string const place(300, 'p');
    CHECK(mapped({.place = place, .body = "{}"}).message_id.size() == 71);
    CHECK(
        mapped({.topic = place, .body = "{}"}, "id = \"{topic}\"\n[on.\"*\"]\ncommand = \"do\"\n")
            .message_id == mapped({.place = place, .body = "{}"}).message_id
    );
}

TEST_CASE("where a blank ends the source and where it is in it are two ids") {
    auto const of_event = [](std::string source, std::string id) {
        return mapped({.headers = {{"ce_id", std::move(id)}, {"ce_source", std::move(source)}},
                       .body = "{}"})
            .message_id;
    };
    CHECK(of_event("a", "b c") == "a b c");
    CHECK(of_event("a b", "c") != "a b c");
    CHECK(of_event("a b", "c").starts_with("sha256:"));
    CHECK(of_event("a b", "c d") != of_event("a b c", "d"));
}

TEST_CASE("an id that a message has already is its id, whatever the file and the message say") {
    known_facts facts;
    auto const of = declared("id = \"{topic}\"\n[on.\"*\"]\ncommand = \"do\"\n");
    CHECK(asked_by(of, {.topic = "t", .body = "{}"}, {.known = "k"}, facts)->message_id == "k");
    CHECK(facts.message_id == "k");
}

TEST_CASE("fields of the data become members of the command, whatever they are") {
    auto const what = mapped(
        {.body = R"({"ref":{"id":"b1"},"n":[1,2],"more":true})"},
        "[on.\"*\"]\ncommand = \"do\"\nfields = { batch = \"ref.id\", all = \"n\", none = \"x\" }\n"
    );
    CHECK(what.body == R"({"all":[1,2],"batch":"b1"})");
}

TEST_CASE("type, id and key are taken from where the file says") {
    auto const what = mapped(
        {.topic = "t", .key = "k", .headers = {{"x-kind", "placed"}}, .body = R"({"no":7})"},
        "type = \"shop.{header.X-Kind}\"\nid = \"{topic}/{data.no}\"\nkey = \"{key}\"\n"
        "[on.\"shop.*\"]\ncommand = \"do\"\n"
    );
    CHECK(what.type == "shop.placed");
    CHECK(what.message_id == "t/7");
    CHECK(what.key == "k");
}

TEST_CASE("for a source it is a message as the inbox takes it") {
    auto const rule =
        "[on.\"*\"]\nsource = \"delivery\"\nversion = \"{attribute.diptychversion}\"\n";
    auto const what = mapped(
        {.headers =
             {{"ce-id", "e1"},
              {"ce-type", "picked_up"},
              {"ce-subject", "d-1"},
              {"ce-time", "2026-01-01T00:00:00Z"},
              {"ce-diptychversion", "3"}},
         .body = R"({"delivery":"d1"})"},
        rule
    );
    CHECK(what.to == rule::target::source);
    CHECK(
        what.body == R"({"message_id":"e1","stream":"d-1","version":3,"type":"picked_up",)"
                     R"("data":{"delivery":"d1"},"occurred_at":"2026-01-01T00:00:00Z"})"
    );
    CHECK(unmapped({.topic = "t", .body = "{}"}, rule).code == "malformed_message");
    CHECK(
        unmapped({.headers = {{"ce-diptychversion", "-1"}}, .body = "{}"}, rule).code ==
        "malformed_message"
    );
    auto const named = mapped(
        {.topic = "t", .key = "k", .body = "{}"},
        "[on.t]\nsource = \"s\"\nevent = \"happened\"\nstream = \"x-{key}\"\n"
    );
    CHECK(named.body.contains(R"("stream":"x-k","type":"happened")"));
}

TEST_CASE("the exact type counts before the longest beginning") {
    auto const rules =
        "[on.\"*\"]\ncommand = \"any\"\n[on.\"order_*\"]\ncommand = \"order\"\n"
        "[on.order_placed]\ncommand = \"placed\"\n";
    CHECK(mapped({.topic = "order_placed", .body = "{}"}, rules).name == "placed");
    CHECK(mapped({.topic = "order_paid", .body = "{}"}, rules).name == "order");
    CHECK(mapped({.topic = "paid", .body = "{}"}, rules).name == "any");
    CHECK(
        unmapped({.topic = "t", .body = "{}"}, "[on.u]\ncommand = \"c\"\n").code ==
        "unmapped_message"
    );
}

TEST_CASE("what is no JSON, or a CloudEvent without what it needs, is malformed") {
    for (std::string const body : {"", "{", "\xff", "{} {}"})
        CHECK(unmapped({.topic = "t", .body = body}).code == "malformed_message");
    auto const half = R"({"specversion":"1.0","id":"1","type":"t"})";
    CHECK(
        unmapped({.headers = {{"content-type", "application/cloudevents+json"}}, .body = half})
            .code == "malformed_message"
    );
}

}  // namespace diptych::intake
