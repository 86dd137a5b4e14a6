/// @file
/// Members that many answers have: times and errors.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

/// "2026-03-01T12:00:00Z".
inline std::string time_text(timestamp when) {
    std::string text;
    append_iso8601(text, when);
    return text;
}

/// `"<name>":{"kind","code","detail"}`.
inline void write_fault(json::writer& to, std::string_view name, error const& what) {
    to.key(name)
        .begin_object()
        .member("kind", to_string(what.kind))
        .member("code", what.code)
        .member("detail", what.message)
        .end_object();
}

}  // namespace diptych::edge
