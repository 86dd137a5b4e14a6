/// @file
/// What becomes of messages, and how a source is, as JSON.
#pragma once

#include "inbox/answer.hpp"
#include "inbox/source_inbox.hpp"
#include "inbox/status.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>
#include <diptych/json_writer.hpp>

#include <string>
#include <vector>

namespace diptych::edge {

/// The answer to one message: 201, 200, 202, or the problem that its error is.
http::response answer_of_message(std::string const& id, result<inbox::answer> const& said);

/// The answer to an array: 200 with a result for each, or 503 with them if it has to be sent again.
http::response answer_of_messages(
    std::vector<std::string> const& ids, std::vector<result<inbox::answer>> const& said
);

/// `{"source":...,"mode":...,"waiting":...,"dead_letters":...,"since_start":{...}}`, and the gaps
/// if any are given.
void write_source(
    json::writer& to, inbox::source_status const& of, std::vector<inbox::gap> const* gaps
);

void write_held(json::writer& to, inbox::held_message const& one);

}  // namespace diptych::edge
