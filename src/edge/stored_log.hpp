/// @file
/// How the log as it is stored goes over HTTP, for both sides: `GET /log`.
#pragma once

#include "log/stored.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>

namespace diptych::edge {

/// Asks for what stands there.
http::request request_for(log::stored_place const& from);

/// What such a request asks for. Fails with invalid, naming the parameter.
result<log::stored_place> place_in(http::request const& asked);

http::response response_of(log::stored_piece piece);

/// What such a response says. Fails with failed if it is none.
result<log::stored_piece> piece_in(http::response answer);

}  // namespace diptych::edge
