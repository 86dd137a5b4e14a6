#include "channels/nats/nats_transport.hpp"

#include "channels/nats/nats_connect.hpp"
#include "channels/nats/nats_session.hpp"
#include "outbox/cloud_event.hpp"
#include "outbox/pattern.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace diptych::channels {

namespace {

class nats_transport final : public outbox::transport {
public:
    nats_transport(nats_options how, outbox::pattern subject, std::string source)
        : how_(std::move(how)), subject_(std::move(subject)), source_(std::move(source)) {}

    void send(std::uint64_t ticket, outbox::message const& what) override {
        if (!session_ && !connect()) {
            told_.push_back({.ticket = ticket, .what = outbox::fate::away, .why = why_});
            return;
        }
        nats_message made{
            .subject = subject_.fill(what, subject_text),
            .id = what.id,
            .body = what.data,
            .headers = {{"content-type", "application/json"}}
        };
        for (auto const& [name, value] : outbox::attributes(what, source_))
            made.headers.emplace_back("ce-" + std::string(name), header_text(value));
        session_->publish(ticket, made);
    }

    std::vector<outbox::told> answers() override {
        is_tried_ = false;
        auto all = std::exchange(told_, {});
        if (!session_) return all;
        auto const wait = all.empty() ? outbox::answers_wait : std::chrono::milliseconds{0};
        std::ranges::move(session_->answers(wait), std::back_inserter(all));
        if (session_->is_lost()) {
            // What came in between those two is told of, too.
            std::ranges::move(session_->answers({}), std::back_inserter(all));
            session_.reset();
        }
        return all;
    }

private:
    // Once for all that is sent together: nobody there is there for the next one either.
    bool connect() {
        if (std::exchange(is_tried_, true)) return false;
        auto made = nats_session::open(how_);
        if (made)
            session_ = std::move(*made);
        else
            why_ = how_.servers + ": " + made.error().message;
        return made.has_value();
    }

    nats_options const how_;
    outbox::pattern const subject_;
    std::string const source_;
    std::unique_ptr<nats_session> session_;
    std::vector<outbox::told> told_;
    std::string why_;
    bool is_tried_ = false;
};

result<void> check_nats(outbox::declaration const& of) {
    if (!is_nats_address(of.address))
        return fail(
            errc::invalid, "channel_file", "the address of a server is like nats://host:4222"
        );
    auto const text = of.setting("subject");
    if (text.empty())
        return fail(
            errc::invalid,
            "channel_file",
            "subject is missing, a text like \"shop.{category}.{type}\""
        );
    DIPTYCH_TRY(outbox::pattern::parse(text));
    if (text.find_first_of(" *>\t") != std::string::npos || text.starts_with('.') ||
        text.ends_with('.') || text.contains(".."))
        return fail(errc::invalid, "channel_file", fmt::format("\"{}\" is no subject", text));
    return {};
}

result<std::unique_ptr<outbox::transport>> open_nats(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    DIPTYCH_TRY(auto how, nats_access_of(of, in));
    how.stream = of.setting("stream");
    how.in_flight = of.in_flight;
    DIPTYCH_TRY(auto subject, outbox::pattern::parse(of.setting("subject")));
    return std::make_unique<nats_transport>(std::move(how), std::move(subject), of.source);
}

}  // namespace

std::string subject_text(std::string_view value) {
    std::string text(value);
    for (auto& c : text)
        if (c == ' ' || c == '*' || c == '>' || static_cast<unsigned char>(c) < 0x20) c = '_';
    if (text.starts_with('.') || text.ends_with('.') || text.contains(".."))
        std::ranges::replace(text, '.', '_');
    return text.empty() ? "_" : text;
}

std::string header_text(std::string_view value) {
    std::string text;
    for (auto const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '"' && c != '%')
            text += c;
        else
            text += fmt::format("%{:02X}", byte);
    }
    return text;
}

std::vector<outbox::scheme> nats_schemes() {
    auto const settings = with_nats_settings({{.name = "subject"}, {.name = "stream"}});
    std::vector<outbox::scheme> all;
    for (auto const* const name : {"nats", "tls"})
        all.push_back({.name = name, .settings = settings, .check = check_nats, .open = open_nats});
    return all;
}

}  // namespace diptych::channels
