/// @file
/// A mail as it goes over the wire (RFC 5322, MIME).
#pragma once

#include <diptych/clock.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::channels {

struct mail {
    std::string from;  ///< An address.
    std::vector<std::string> to;
    std::string subject;     ///< UTF-8; control characters become blanks.
    std::string body;        ///< UTF-8 text.
    std::string message_id;  ///< Without brackets: "0198c5a0-...@shop.example".
    timestamp date;
    std::string attachment = {};  ///< A CloudEvent as JSON; empty: none.
};

/// Lines end with CR LF; texts are in base64, so that nothing in them can break it.
std::string mail_text(mail const& what);

/// Whether a text is one bare address, and can not be taken for anything else.
bool is_mail_address(std::string_view text);

}  // namespace diptych::channels
