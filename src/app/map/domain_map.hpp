/// @file
/// What an application is made of, by its types: commands, the events they make, and who takes
/// those.
#pragma once

#include "intake/declaration.hpp"
#include "outbox/declaration.hpp"
#include "read/view_set.hpp"

#include <diptych/application.hpp>
#include <diptych/model.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

struct mapped_command {
    std::string name;                      ///< "shop.allocate"
    std::vector<std::string> states = {};  ///< That its decision asks for.
    std::vector<std::string> events = {};  ///< That it may make.
    std::vector<std::string> refusals = {};
};

enum class taker_kind : std::uint8_t { state, view, process, channel };

/// "state", "view", "process", "channel".
std::string_view to_string(taker_kind kind);

struct event_taker {
    taker_kind kind;
    std::string name;
    std::vector<std::string> events = {};  ///< By today's names.
    /// Of a process: commands it sends; nullopt: it does not say.
    std::optional<std::vector<std::string>> sends = {};
};

/// A channel on which messages come in.
struct mapped_source {
    std::string name;
    std::vector<std::string> commands = {};  ///< That it has executed.
    std::vector<std::string> events = {};    ///< That it has recorded.
};

struct domain_map {
    std::vector<mapped_command> commands = {};
    std::vector<std::string> events = {};
    std::vector<event_taker> takers = {};
    std::vector<mapped_source> sources = {};
    std::vector<std::string> untaken = {};    ///< Events that nothing takes.
    std::vector<std::string> unhandled = {};  ///< Commands that are sent, and nobody here executes.
    std::vector<std::string> outside = {};    ///< Commands that are queued, and executed elsewhere.
};

/// What there is to be drawn.
struct map_sources {
    std::span<model::context const* const> contexts = {};
    std::vector<read::served_view> views = {};
    std::vector<outbox::declaration> channels = {};
    std::vector<intake::declaration> incoming = {};
    std::vector<std::string> outside = {};
};

domain_map map_of(map_sources const& from);

std::string to_text(domain_map const& of, map_format how);

}  // namespace diptych::app
