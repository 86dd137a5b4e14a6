/// @file
/// Whom a command line asks: a log in a folder, opened here, or a server. Both answer the same
/// requests in the same words, since the folder is asked through the server's own routes.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace diptych::cli {

/// What a command needs of the log.
enum class need { reading, writing, serving_views };

/// How long a server may think about an answer.
enum class thinking_time {
    a_minute,
    as_long_as_it_takes,  ///< For what goes through the whole log.
};

/// Answers requests. Not thread-safe.
class service {
public:
    virtual ~service() = default;

    /// The answer, whatever its status. Fails with unavailable if there is no answer.
    virtual result<http::response> ask(http::request what, thinking_time at_most) = 0;

    /// As ask, but an answer of 400 or more is an error with its detail as message.
    result<http::response> ask_well(
        http::request what, thinking_time at_most = thinking_time::a_minute
    );

    /// Calls `event` with each server-sent event (its id and data) until it returns false. A server
    /// that goes away is asked again, after the last event it sent, with pauses that grow.
    /// Blocking.
    ///
    /// Fails with unavailable if a server never answered, or was gone for longer than `patience`,
    /// and with what it answers instead of events.
    virtual result<void> follow(
        http::request what,
        std::function<bool(std::string_view id, std::string_view data)> const& event,
        std::chrono::milliseconds patience
    ) = 0;
};

/// The error that an answer of 400 or more stands for: its kind, code, detail and facts.
error error_of(http::response const& refused);

/// Opens the folder or connects to the server. Fails as opening an application does.
result<std::unique_ptr<service>> open_service(place const& where, need what);

/// The two kinds.
result<std::unique_ptr<service>> open_folder(std::filesystem::path const& folder, need what);
result<std::unique_ptr<service>> open_server(place const& where);

}  // namespace diptych::cli
