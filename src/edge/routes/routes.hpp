/// @file
/// The routes that every site has, by group.
#pragma once

#include "edge/site_parts.hpp"

#include <diptych/http.hpp>

#include <vector>

namespace diptych::edge {

// Each keeps a reference: the parts must outlive the routes.
std::vector<http::route> channel_routes(site_parts& parts);
http::route channel_message_route(site_parts& parts);
std::vector<http::route> command_routes(site_parts& parts);
std::vector<http::route> commands_together_routes(site_parts& parts);
std::vector<http::route> append_routes(site_parts& parts);
std::vector<http::route> event_routes(site_parts& parts);
std::vector<http::route> history_routes(site_parts& parts);
std::vector<http::route> inbox_routes(site_parts& parts);
std::vector<http::route> stream_routes(site_parts& parts);
std::vector<http::route> stored_routes(site_parts& parts);
std::vector<http::route> view_routes(site_parts& parts);
std::vector<http::route> view_care_routes(site_parts& parts);
std::vector<http::route> view_text_check_routes(site_parts& parts);
std::vector<http::route> view_replay_routes(site_parts& parts);
std::vector<http::route> dead_letter_routes(site_parts& parts);
std::vector<http::route> process_routes(site_parts& parts);
std::vector<http::route> map_routes(site_parts& parts);
std::vector<http::route> message_routes(site_parts& parts);
std::vector<http::route> queue_routes(site_parts& parts);
std::vector<http::route> health_routes(site_parts& parts);
std::vector<http::route> index_routes(site_parts& parts);  ///< Also metrics and openapi.json.

/// Whether a command is to be stored, and executed later. Fails with invalid, naming the parameter.
result<bool> is_for_later(http::request const& asked);
/// `POST /commands/{name}?async`: answers 202 when the command is stored.
void enqueue(site_parts& parts, http::request const& asked, http::responder to);
/// `POST /commands?async`: as above, when all are.
void enqueue_all(site_parts& parts, http::request const& asked, http::responder to);

/// Fails with denied if this node has none.
result<write::command_queue*> queue_of(site_parts& parts);

/// Fails with not_found, and invalid (code "not_offered") if events leave on it.
result<intake::incoming*> incoming_channel(site_parts& parts, std::string_view name);

}  // namespace diptych::edge
