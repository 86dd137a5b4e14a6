/// @file
/// An HTTP client for tests: raw bytes over a blocking socket, every wait with a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::testing {

/// What came back.
struct http_answer {
    int status = 0;
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    std::string body = {};
};

/// One connection. Waits at most ten seconds for anything, then fails the test. Not thread-safe.
class http_client {
public:
    explicit http_client(std::uint16_t port, std::string_view ip = "127.0.0.1");
    ~http_client();
    http_client(http_client&& other) noexcept;
    http_client(http_client const&) = delete;
    http_client& operator=(http_client const&) = delete;
    http_client& operator=(http_client&&) = delete;

    /// Sends bytes as they are. Gives up silently when the other side has closed.
    void send(std::string_view bytes);
    void stop_sending();  ///< Half-closes.
    void reset();         ///< Closes so that the other side sees a reset.

    /// The next response, its body decoded. `to_head`: there is no body.
    http_answer read(bool to_head = false);

    /// A request with a Host header, and its answer.
    http_answer ask(
        std::string_view method,
        std::string_view target,
        std::string_view headers = {},  ///< Whole lines, each with its "\r\n".
        std::optional<std::string_view> body = {}
    );

    /// Reads a response's head only, for a stream.
    http_answer read_head();
    /// The next chunk of a chunked body; empty at its end.
    std::string read_chunk();
    /// The decoded body of a stream up to and with `mark`; what follows is kept.
    std::string read_stream_to(std::string_view mark);

    /// Whether the other side closes before the deadline; what it sends before is dropped.
    bool is_closed_by_server();
    /// Whether nothing at all has come so far.
    bool has_nothing_to_read() const;

private:
    bool fill();  // false at the end
    std::string take(std::size_t size);
    std::string take_line();

    int socket_ = -1;
    std::string buffer_;
    std::string stream_;
};

/// A request as bytes.
std::string request_text(
    std::string_view method,
    std::string_view target,
    std::string_view headers = {},
    std::optional<std::string_view> body = {}
);

}  // namespace diptych::testing
