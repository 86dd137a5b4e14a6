/// @file
/// What the routes are about.
#pragma once

#include "inbox/sources.hpp"
#include "intake/incoming_set.hpp"
#include "log/sequenced_log.hpp"
#include "messages/message_log.hpp"
#include "outbox/channel_set.hpp"
#include "read/view_set.hpp"
#include "write/executor.hpp"
#include "write/process/process_runner.hpp"
#include "write/queue/command_queue.hpp"

#include <diptych/application.hpp>
#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

/// The parts of a running node. All must outlive the site that serves them.
struct services {
    log::sequenced_log& log;
    write::executor& commands;
    read::view_set& views;
    clock& time;
    std::vector<std::pair<std::string, write::process_runner*>> processes = {};
    /// Keeps a view's text as its file and offers it to the views; empty: they are fixed. Fails
    /// with invalid if the text is no view of that name, or with what keeping it failed with.
    std::function<
        result<read::offered>(std::string_view name, std::string_view text, bool by_itself)>
        put_view = {};
    inbox::sources* inbox = nullptr;         ///< Null: messages are not taken here.
    outbox::channel_set* outbox = nullptr;   ///< Null: nothing is delivered from here.
    intake::incoming_set* intake = nullptr;  ///< Null: nothing comes in here.
    write::command_queue* queue = nullptr;   ///< Null: nothing is queued here.
    messages::message_log* messages = nullptr;
    /// If the log is kept as a copy of another: how that one is. May be empty.
    std::function<source_status()> source = {};
    /// View files that were changed and are not views: one message each. May be empty.
    std::function<std::vector<std::string>()> view_faults = {};
};

/// Events that a copy has yet to get.
inline std::uint64_t lag_of(source_status const& one) {
    auto const at = one.at.position.value;
    auto const end = one.end.position.value;
    return end > at ? end - at : 0;
}

}  // namespace diptych::edge
