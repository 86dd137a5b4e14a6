/// @file
/// A text with places that a message fills: "{topic}/{data.order}".
#pragma once

#include "intake/envelope.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::intake {

/// Thread-compatible.
class place_text {
public:
    /// Fails with invalid (code "channel_file"); the message lists the places that there are.
    static result<place_text> parse(std::string_view text);

    /// What the message has not is the empty text.
    std::string fill(envelope const& with) const;

private:
    struct part {
        std::string text;  // or the name of a place
        bool is_place;
    };
    std::vector<part> parts_;
};

}  // namespace diptych::intake
