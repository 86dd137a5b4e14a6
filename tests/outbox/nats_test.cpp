#include "channels/nats/nats_transport.hpp"
#include "outbox/channel_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::channels;

TEST_CASE("what stands in a subject or a header can not break it") {
    CHECK(subject_text("shop.placed") == "shop.placed");
    CHECK(subject_text("a b*c>d\te") == "a_b_c_d_e");
    CHECK(subject_text("") == "_");
    CHECK(subject_text(".a") == "_a");
    CHECK(subject_text("a..b") == "a__b");
    CHECK(header_text("order-o1") == "order-o1");
    CHECK(header_text("a b\r\n\"%\xc3\xbc") == "a%20b%0D%0A%22%25%C3%BC");
}

TEST_CASE("the file of a channel to NATS is checked before anything is sent") {
    auto const known = nats_schemes();
    auto const fault = [&](std::string const& more, std::string const& to = "nats://h:4222") {
        auto const read = outbox::parse_channel("bus.toml", "to = \"" + to + "\"\n" + more, known);
        return read ? std::string("none") : read.error().message;
    };
    CHECK(fault("subject = \"shop.{category}.{type}\"", "tls://a:1,b:2") == "none");
    CHECK(fault("").contains("subject is missing"));
    CHECK(fault("subject = \"shop.*\"").contains("is no subject"));
    CHECK(fault("subject = \"a..b\"").contains("is no subject"));
    CHECK(fault("subject = \"a.{b}\"").contains("there is no {b}"));
    CHECK(fault("subject = \"a\"", "nats:h").contains("nats://host:4222"));
    CHECK(fault("subject = \"a\"", "nats://h/x").contains("nats://host:4222"));
    CHECK(fault("subject = \"a\"\ntoken = \"x\"").contains("does not stand in a file"));
}
