/// @file
/// Responses as bytes.
#pragma once

#include <diptych/http.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::edge {

/// How a response goes over its connection.
struct framing {
    bool keep_alive = true;
    bool chunked = false;       ///< A stream of chunks follows.
    bool until_closed = false;  ///< A stream follows that ends with the connection (HTTP/1.0).
    bool without_body = false;  ///< HEAD: the length is told, the body is not sent.
    bool http_1_0 = false;
};

/// The status line and headers, and short bodies; a long one is left in `what.body`.
std::string format(http::response& what, framing const& how);

/// One chunk of a chunked body.
void append_chunk(std::string& to, std::string_view bytes);

/// The standard phrase of a status.
std::string_view reason_phrase(int status);

}  // namespace diptych::edge
