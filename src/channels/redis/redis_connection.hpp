/// @file
/// One connection to a Redis server, from its begin to its loss.
#pragma once

#include "outbox/scheme.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::channels {

/// "//127.0.0.1:6379/line_allocated": where, and on which of its channels.
struct redis_address {
    std::string host;
    int port = 6379;
    std::string topic;
};

/// Fails with invalid (code "channel_file").
result<redis_address> parse_redis_address(std::string_view text);

/// What the server said: an integer, a text, an error or a list of texts.
struct redis_reply {
    std::vector<std::string> texts = {};
    std::optional<std::string> error = {};
};

struct redis_options {
    redis_address at;
    std::string user = {};  ///< This and the next: empty if it is not wanted.
    std::string password = {};
};

/// Not thread-safe. After a failure it is of no more use.
class redis_connection {
public:
    /// Connects and lets itself in. Blocking, some two seconds at most. Fails with unavailable.
    static result<std::unique_ptr<redis_connection>> open(redis_options const& how);
    ~redis_connection();
    redis_connection(redis_connection const&) = delete;
    redis_connection& operator=(redis_connection const&) = delete;

    /// Sends a command. Its reply comes later. Fails with unavailable.
    result<void> send(std::vector<std::string_view> const& words);

    /// The next reply; nothing if there is none within `wait`. Fails with unavailable.
    result<std::optional<redis_reply>> next(std::chrono::milliseconds wait);

private:
    struct parts;
    explicit redis_connection(std::unique_ptr<parts> of);
    result<redis_reply> ask(std::vector<std::string_view> const& words);
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::channels
