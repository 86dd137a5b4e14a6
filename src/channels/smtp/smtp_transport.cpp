#include "channels/smtp/smtp_transport.hpp"

#include "channels/curl/transfers.hpp"
#include "channels/smtp/mail.hpp"
#include "outbox/cloud_event.hpp"
#include "outbox/pattern.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <memory>
#include <string>
#include <utility>

namespace diptych::channels {

namespace {

constexpr std::chrono::seconds mail_timeout{60};

outbox::told told_of_mail(transferred const& said) {
    using outbox::fate;
    outbox::told made{.ticket = said.ticket, .what = fate::later, .why = said.why};
    if (said.is_answered)
        made.what = fate::delivered;
    else if (!said.is_connected)
        made.what = fate::away;
    else if (said.status >= 500 && said.status < 600)
        made.what = fate::refused;
    return made;
}

class smtp_transport final : public outbox::transport {
public:
    struct parts {
        std::string url;
        std::string from;
        std::vector<outbox::pattern> recipients = {};
        outbox::pattern subject = {};
        outbox::pattern body = {};
        std::string source = {};
        bool attach = false;
    };

    smtp_transport(parts of, transfer_options how)
        : of_(std::move(of)), transfers_(std::move(how)) {}

    void send(std::uint64_t ticket, outbox::message const& what) override {
        mail made{
            .from = of_.from,
            .to = {},
            .subject = of_.subject.fill(what),
            .body = of_.body.fill(what),
            .message_id = what.id + of_.from.substr(of_.from.find('@')),
            .date = what.recorded_at
        };
        for (auto const& one : of_.recipients) {
            made.to.push_back(one.fill(what));
            if (is_mail_address(made.to.back())) continue;
            told_.push_back(
                {.ticket = ticket,
                 .what = outbox::fate::refused,
                 .why = fmt::format("'{}' is no mail address", made.to.back())}
            );
            return;
        }
        if (of_.attach) made.attachment = outbox::structured(what, of_.source);
        transfers_.begin(
            ticket,
            {.url = of_.url,
             .body = mail_text(made),
             .mail_from = "<" + of_.from + ">",
             .recipients = made.to}
        );
    }

    std::vector<outbox::told> answers() override {
        auto all = std::exchange(told_, {});
        auto const wait = all.empty() ? outbox::answers_wait : std::chrono::milliseconds{0};
        for (auto const& one : transfers_.ended(wait)) all.push_back(told_of_mail(one));
        return all;
    }

private:
    parts const of_;
    transfers transfers_;
    std::vector<outbox::told> told_;
};

result<smtp_transport::parts> parts_of_mail(outbox::declaration const& of) {
    smtp_transport::parts made{.url = of.to, .from = of.setting("from")};
    made.source = of.source;
    made.attach = of.setting("attach") == "true";
    if (made.from.empty())
        return fail(
            errc::invalid, "channel_file", "from is missing: a mail address like shop@example.org"
        );
    if (!is_mail_address(made.from))
        return fail(
            errc::invalid,
            "channel_file",
            fmt::format("from: '{}' is no mail address, like shop@example.org", made.from)
        );
    if (auto const found = of.settings.find("recipients"); found != of.settings.end())
        for (auto const& one : found->second) {
            DIPTYCH_TRY(auto read, outbox::pattern::parse(one));
            made.recipients.push_back(std::move(read));
        }
    if (made.recipients.empty())
        return fail(
            errc::invalid,
            "channel_file",
            "recipients is missing: a list like [\"{data.email}\", \"desk@example.org\"]"
        );
    DIPTYCH_TRY(made.subject, outbox::pattern::parse(of.setting("subject")));
    DIPTYCH_TRY(made.body, outbox::pattern::parse(of.setting("body")));
    if (made.subject.empty()) return fail(errc::invalid, "channel_file", "subject is missing");
    return made;
}

result<void> check_smtp(outbox::declaration const& of) {
    auto const is_host = of.address.size() > 2 && of.address.starts_with("//") &&
                         of.address.find('/', 2) == std::string::npos;
    if (!is_host)
        return fail(
            errc::invalid, "channel_file", "the address of a mail server is like smtp://host:25"
        );
    DIPTYCH_TRY(parts_of_mail(of));
    if (!of.once)
        return fail(
            errc::invalid,
            "channel_file",
            "mail needs once = true: here a repetition is worse than a pause"
        );
    return {};
}

result<std::unique_ptr<outbox::transport>> open_smtp(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    DIPTYCH_TRY(auto made, parts_of_mail(of));
    transfer_options how{.connections_max = of.in_flight, .timeout = mail_timeout};
    how.ca_file = of.setting("ca_file");
    how.user = of.setting("user");
    DIPTYCH_TRY(how.password, endpoint::revealed_one(of, "password", in));
    // A password is not sent where everybody can read it.
    how.needs_tls = of.setting("tls") == "true" || !how.user.empty();
    return std::make_unique<smtp_transport>(std::move(made), std::move(how));
}

}  // namespace

std::vector<outbox::scheme> smtp_schemes() {
    std::vector<endpoint::setting_rule> const settings{
        {.name = "from"},
        {.name = "recipients", .is_list = true},
        {.name = "subject"},
        {.name = "body"},
        {.name = "attach"},
        {.name = "user"},
        {.name = "password", .is_secret = true},
        {.name = "tls"},
        {.name = "ca_file"}
    };
    std::vector<outbox::scheme> all;
    for (auto const* const name : {"smtp", "smtps"})
        all.push_back({.name = name, .settings = settings, .check = check_smtp, .open = open_smtp});
    return all;
}

}  // namespace diptych::channels
