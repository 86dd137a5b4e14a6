#include "channels/smtp/mail.hpp"

#include "channels/smtp/smtp_transport.hpp"
#include "outbox/channel_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::channels;
using namespace std::chrono_literals;

namespace {

mail a_mail() {
    return {
        .from = "shop@example.org",
        .to = {"ada@example.org", "desk@example.org"},
        .subject = "Order o1",
        .body = "Hello\r\n.\r\nBcc: nobody\r\n",
        .message_id = "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f@example.org",
        .date = timestamp{1'785'000'000s}
    };
}

}  // namespace

TEST_CASE("a mail is what servers and readers of mail expect") {
    CHECK(
        mail_text(a_mail()) ==
        "From: <shop@example.org>\r\n"
        "To: <ada@example.org>,\r\n <desk@example.org>\r\n"
        "Subject: Order o1\r\n"
        "Date: Sat, 25 Jul 2026 17:20:00 +0000\r\n"
        "Message-ID: <0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f@example.org>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
        "SGVsbG8NCi4NCkJjYzogbm9ib2R5DQo=\r\n"
    );
}

TEST_CASE("what stands in an event can not add to the head of a mail") {
    auto what = a_mail();
    what.subject = "a\r\nBcc: everybody@example.org";
    CHECK(mail_text(what).contains("\r\nSubject: a  Bcc: everybody@example.org\r\n"));
    what.subject = "Grüße\nan alle, die das hier lesen und mehr als ein Wort brauchen: äöü";
    auto const text = mail_text(what);
    auto const from = text.find("Subject: ");
    auto const head = text.substr(from, text.find("\r\nDate:") - from);
    CHECK(head.starts_with("Subject: =?UTF-8?B?R3LDvMOf"));
    CHECK(head.contains("?=\r\n =?UTF-8?B?"));
    CHECK_FALSE(is_mail_address("a@b.c>\r\nRCPT TO:<x@y.z"));
    CHECK_FALSE(is_mail_address("a@b.c,d@e.f"));
    CHECK_FALSE(is_mail_address("a"));
    CHECK_FALSE(is_mail_address("@b"));
    CHECK_FALSE(is_mail_address("a@b@c"));
    CHECK(is_mail_address("ada.l+x@example.org"));
}

TEST_CASE("an event goes along as a file if that is wanted") {
    auto what = a_mail();
    what.attachment = R"({"id":"x"})";
    auto const text = mail_text(what);
    CHECK(text.contains("Content-Type: multipart/mixed; boundary=\"=_diptych_part\"\r\n"));
    CHECK(
        text.contains("filename=\"event.json\"\r\nContent-Transfer-Encoding: "
                      "base64\r\n\r\neyJpZCI6IngifQ==\r\n--=_diptych_part--\r\n")
    );
}

TEST_CASE("the file of a channel to a mail server is checked before anything is sent") {
    auto const known = smtp_schemes();
    std::string const whole =
        "once = true\nfrom = \"a@b.c\"\nrecipients = [\"{data.email}\"]\nsubject = \"{type}\"\n";
    auto const fault = [&](std::string const& more, std::string const& to = "smtp://h:25") {
        auto const read = outbox::parse_channel("mail.toml", "to = \"" + to + "\"\n" + more, known);
        return read ? std::string("none") : read.error().message;
    };
    CHECK(fault(whole) == "none");
    CHECK(fault(whole + "body = \"{data.name\"").contains("without its '}'"));
    CHECK(fault("").contains("from is missing"));
    CHECK(fault("from = \"nobody\"\n").contains("'nobody' is no mail address"));
    CHECK(fault("from = \"a@b.c\"").contains("recipients is missing"));
    CHECK(fault("from = \"a@b.c\"\nrecipients = [\"x@y.z\"]").contains("subject is missing"));
    CHECK(fault(whole.substr(12)).contains("once = true"));
    CHECK(fault(whole, "smtp://h/x").contains("smtp://host:25"));
}
