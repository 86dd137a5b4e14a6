#include "channels/webhook/signature.hpp"
#include "channels/webhook/webhook_transport.hpp"
#include "outbox/channel_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::channels;

TEST_CASE("a webhook is signed as the standard's own example is") {
    auto const secret = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").or_throw();
    signed_parts const what{
        .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
        .timestamp = "1614265330",
        .body = R"({"test": 2432232314})"
    };
    auto const expected = std::string("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    CHECK(signature_of(what, {secret}) == expected);
    auto const other = signature_of(what, {secret_bytes("another").or_throw()});
    CHECK(other != expected);
    CHECK(signature_of(what, {secret, "another"}) == expected + " " + other);
}

TEST_CASE("a secret that can not be one is refused") {
    CHECK(secret_bytes("").error().code == "channel_secret");
    CHECK(secret_bytes("whsec_").error().code == "channel_secret");
    CHECK(secret_bytes("whsec_!!!").error().code == "channel_secret");
    CHECK(secret_bytes("whsec_AAA=").or_throw() == std::string(2, '\0'));
}

TEST_CASE("a webhook's file is checked before anything is sent") {
    auto const known = webhook_schemes();
    auto const fault = [&](std::string const& more, std::string const& to = "https://h/p") {
        auto const read = outbox::parse_channel("hook.toml", "to = \"" + to + "\"\n" + more, known);
        return read ? std::string("none") : read.error().message;
    };
    CHECK(fault("secret = [\"env:A\", \"env:B\"]\ntimeout_seconds = 5") == "none");
    CHECK(fault("", "http://h:80/{category}/{type}") == "none");
    CHECK(fault("secret = \"plain\"").contains("does not stand in a file"));
    CHECK(fault("timeout_seconds = 0").contains("from 1 to 600"));
    CHECK(fault("", "https:h").contains("https://host/path"));
    CHECK(fault("", "https://{stream}/").contains("https://host/path"));
    CHECK(fault("", "https://h/{colour}").contains("there is no {colour}"));
}
