#include "channels/webhook/webhook_transport.hpp"

#include "channels/curl/transfers.hpp"
#include "channels/webhook/signature.hpp"
#include "outbox/cloud_event.hpp"
#include "outbox/pattern.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::channels {

namespace {

constexpr int seconds_default = 10;
constexpr int seconds_most = 600;

std::string percent_encoded(std::string_view value) {
    std::string text;
    for (auto const c : value) {
        auto const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '~' ||
                              c == '.';
        if (is_plain)
            text += c;
        else
            text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text == "." || text == ".." ? "%2E" + text.substr(1) : text;
}

result<std::chrono::seconds> seconds_of(outbox::declaration const& of) {
    auto const text = of.setting("timeout_seconds");
    if (text.empty()) return std::chrono::seconds{seconds_default};
    int count = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, fault] = std::from_chars(text.data(), end, count);
    if (fault == std::errc{} && rest == end && count >= 1 && count <= seconds_most)
        return std::chrono::seconds{count};
    return fail(
        errc::invalid,
        "channel_file",
        fmt::format("timeout_seconds is a whole number from 1 to {}", seconds_most)
    );
}

/// What an answer means.
outbox::told told_of(transferred const& said) {
    using outbox::fate;
    outbox::told made{.ticket = said.ticket, .what = fate::away, .why = said.why};
    auto const status = said.status;
    if (!said.is_answered) {
        // Somebody was reached, and did not finish: others may be luckier.
        if (said.is_connected) made.what = fate::later;
    } else if (status >= 200 && status < 300) {
        made.what = fate::delivered;
    } else if (status == 408 || status == 425 || status == 429 || status >= 500) {
        made.what = fate::later;
        if (said.after) made.after = *said.after;
    } else {
        made.what = fate::refused;
    }
    return made;
}

class webhook_transport final : public outbox::transport {
public:
    struct parts {
        outbox::pattern url;
        std::string source;
        std::vector<std::string> secrets;
        std::string authorization;
    };

    webhook_transport(parts of, transfer_options how, clock& time)
        : of_(std::move(of)), transfers_(std::move(how)), time_(time) {}

    void send(std::uint64_t ticket, outbox::message const& what) override {
        transfer made{
            .url = of_.url.fill(what, percent_encoded), .body = outbox::structured(what, of_.source)
        };
        auto const seconds = std::chrono::floor<std::chrono::seconds>(time_.now());
        auto const sent_at = std::to_string(seconds.time_since_epoch().count());
        made.headers = {
            "Content-Type: " + std::string(outbox::structured_media_type),
            "webhook-id: " + what.id,
            "webhook-timestamp: " + sent_at,
            "Expect:"
        };
        if (!of_.secrets.empty())
            made.headers.push_back(
                "webhook-signature: " +
                signature_of({.id = what.id, .timestamp = sent_at, .body = made.body}, of_.secrets)
            );
        if (!of_.authorization.empty())
            made.headers.push_back("Authorization: " + of_.authorization);
        transfers_.begin(ticket, std::move(made));
    }

    std::vector<outbox::told> answers() override {
        std::vector<outbox::told> all;
        for (auto const& one : transfers_.ended(outbox::answers_wait)) all.push_back(told_of(one));
        return all;
    }

private:
    parts const of_;
    transfers transfers_;
    clock& time_;
};

result<void> check_webhook(outbox::declaration const& of) {
    DIPTYCH_TRY(outbox::pattern::parse(of.to));
    DIPTYCH_TRY(seconds_of(of));
    auto const host = of.address.substr(0, of.address.find('/', 2));
    if (!of.address.starts_with("//") || host.size() < 3 || host.find('{') != std::string::npos)
        return fail(
            errc::invalid, "channel_file", "a webhook's address is like https://host/path/{type}"
        );
    return {};
}

result<std::unique_ptr<outbox::transport>> open_webhook(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    webhook_transport::parts made;
    DIPTYCH_TRY(made.url, outbox::pattern::parse(of.to));
    made.source = of.source;
    DIPTYCH_TRY(auto const secrets, endpoint::revealed(of, "secret", in));
    for (auto const& one : secrets) {
        DIPTYCH_TRY(auto bytes, secret_bytes(one));
        made.secrets.push_back(std::move(bytes));
    }
    DIPTYCH_TRY(made.authorization, endpoint::revealed_one(of, "authorization", in));
    DIPTYCH_TRY(auto const timeout, seconds_of(of));
    return std::make_unique<webhook_transport>(
        std::move(made),
        transfer_options{
            .connections_max = of.in_flight, .timeout = timeout, .ca_file = of.setting("ca_file")
        },
        in.time
    );
}

}  // namespace

std::vector<outbox::scheme> webhook_schemes() {
    std::vector<endpoint::setting_rule> const settings{
        {.name = "secret", .is_secret = true, .is_list = true},
        {.name = "authorization", .is_secret = true},
        {.name = "timeout_seconds"},
        {.name = "ca_file"}
    };
    std::vector<outbox::scheme> all;
    for (auto const* const name : {"https", "http"})
        all.push_back(
            {.name = name, .settings = settings, .check = check_webhook, .open = open_webhook}
        );
    return all;
}

}  // namespace diptych::channels
