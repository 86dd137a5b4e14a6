/// @file
/// What became of a message that came in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::intake {

enum class verdict : std::uint8_t {
    done,      ///< The command was accepted, or the event recorded.
    repeated,  ///< That was done before, for a message of the same id.
    refused,   ///< The domain said no to the command; that is recorded.
    held,      ///< The inbox keeps it until what it waits for has come.
    parked,    ///< It is a dead letter.
};

/// The verdict's name, for example "done".
std::string_view to_string(verdict what);

struct settled {
    verdict what;
    std::string why = {};    ///< Of a refusal, what is held or parked.
    std::string token = {};  ///< Of what was recorded, if anything was.
};

}  // namespace diptych::intake
