/// @file
/// From bytes to requests, one after the other.
///
/// Everything a stranger may send ends here: in a request, in "more, please", or in a fault with
/// the status to answer it with.
#pragma once

#include <diptych/http.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace diptych::edge {

/// What is wrong with a request, as it is answered.
struct request_fault {
    int status;
    std::string_view code;
    std::string detail;
};

struct parser_limits {
    std::size_t header_bytes;
    std::size_t target_bytes;
    std::size_t body_bytes;
};

/// Reads the requests of one connection. Not thread-safe.
class request_parser {
public:
    explicit request_parser(parser_limits const& limits);
    ~request_parser();
    request_parser(request_parser const&) = delete;
    request_parser& operator=(request_parser const&) = delete;

    /// Takes bytes of the current request; how many. What was not taken must be offered again,
    /// with what came after it. Takes nothing after a request is complete, until take().
    std::size_t feed(std::string_view bytes);

    bool is_started() const;  ///< Some bytes of the current request were fed.
    bool has_header() const;
    bool is_complete() const;
    std::size_t size() const;       ///< Memory of the current request, roughly.
    bool expects_continue() const;  ///< The other side waits for "100 Continue".
    bool keeps_alive() const;       ///< Valid once there is a header.
    bool is_http_1_0() const;
    std::optional<request_fault> const& fault() const;

    /// The complete request; begins with the next one.
    http::request take();

    /// Lets go of what was read of a request that is refused.
    void drop();

private:
    class machine;
    std::unique_ptr<machine> machine_;
};

}  // namespace diptych::edge
