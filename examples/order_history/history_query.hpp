/// @file
/// What `GET /orders` asks for, as a query on the view.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <string>

namespace history {

struct history_query {
    diptych::http::pairs parameters = {};  ///< Of the view.
    std::string since = {};                ///< Part of the start key: a page goes on where it was.
};

/// Reads `consumerId` (needed), `since` (30 days before now), `status`, `keywords` (any of these
/// words), `pageSize` and `startKey`. Fails with invalid, the name of the parameter among the
/// facts.
diptych::result<history_query> read_history_query(
    diptych::http::request const& asked, diptych::timestamp now
);

/// What a client sends to go on behind a page; opaque.
std::string start_key_of(history_query const& query, std::string const& next_cursor);

}  // namespace history
