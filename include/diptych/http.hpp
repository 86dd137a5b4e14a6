/// @file
/// Requests, responses and routes of an application's own HTTP interface.
///
///     http::route{.method = "GET", .pattern = "/allocations/{order}",
///                 .answer = [&](http::request const& asked) {
///                     return http::json(200, lines_of(asked.parameter("order")));
///                 }};
///
/// `answer` runs on a worker thread and may block. `handle` runs on an I/O thread and must not: it
/// keeps the responder and answers later, from any thread.
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::http {

/// Names and values in the order they came. Names are compared without case. Thread-compatible.
class headers {
public:
    using field = std::pair<std::string_view, std::string_view>;

    headers() = default;
    headers(std::initializer_list<field> fields) {
        for (auto const& [name, value] : fields) add(name, value);
    }

    /// Adds a field; one of the same name may be there already.
    headers& add(std::string_view name, std::string_view value);

    /// The first value under this name. The view is valid until the next add.
    std::optional<std::string_view> find(std::string_view name) const;

    std::size_t size() const { return slots_.size(); }
    field operator[](std::size_t i) const;

private:
    struct slot {
        std::uint32_t at;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    std::string text_;  // all names and values, one after the other
    std::vector<slot> slots_;
};

/// Decoded names and values of a query string or a path.
using pairs = std::vector<std::pair<std::string, std::string>>;

/// What was asked. Thread-compatible.
struct request {
    std::string method = "GET";
    std::string path = "/";      ///< As received, without the query.
    pairs path_parameters = {};  ///< By the names in the route's pattern, decoded.
    pairs query = {};            ///< In order, decoded.
    http::headers headers = {};
    std::string body = {};
    std::string remote = {};           ///< Address and port of the other side.
    std::string caller = "anonymous";  ///< Who asks, as the bearer token tells.
    pairs claims = {};                 ///< What a verified JSON Web Token says; a name may repeat.
    bool has_all_rights = false;       ///< Came with the node's own token, or one that says so.
    std::string_view route = {};       ///< The pattern that matched; lives as long as the server.

    /// A parameter of the path; empty if the pattern has none of this name.
    std::string_view parameter(std::string_view name) const;

    /// The first value of this name in the query.
    std::optional<std::string_view> query_value(std::string_view name) const;

    std::optional<std::string_view> header(std::string_view name) const {
        return headers.find(name);
    }
};

/// What is answered. Content-Length, Date and Connection are added when it is sent.
struct response {
    int status = 200;
    http::headers headers = {};
    std::string body = {};
};

/// A response with a JSON body.
response json(int status, std::string body);

/// Problem Details (RFC 9457): `code` is stable, `detail` is a sentence, facts are JSON values.
response problem(
    int status,
    std::string_view code,
    std::string_view detail,
    std::vector<std::pair<std::string, std::string>> const& facts = {}
);

/// The problem that an error is, with the status that its kind asks for.
response problem(error const& what);

/// The status that a kind of error is answered with.
int status_of(error const& what);

namespace detail {
class exchange;
class channel;
}  // namespace detail

/// A response that goes on: server-sent events. Thread-safe; copies are the same stream.
class stream {
public:
    explicit stream(std::shared_ptr<detail::channel> to) : to_(std::move(to)) {}

    /// Sends bytes. Returns at once. False if the stream is closed, as it is when more than its
    /// bound would wait for a slow reader.
    bool write(std::string bytes);

    /// Bytes that wait for the reader.
    std::size_t pending() const;

    bool is_open() const;

    /// Ends the response after what was written.
    void close();

    /// Calls back once when the stream has ended, whoever ended it. On an I/O thread, or at once.
    void on_close(std::function<void()> call);

    /// Calls back whenever what was waiting has been sent. On an I/O thread; must be quick.
    void on_room(std::function<void()> call);

private:
    std::shared_ptr<detail::channel> to_;
};

/// The duty to answer one request, exactly once. Thread-safe; may be kept and used later.
///
/// A responder that is dropped without an answer answers 500.
class responder {
public:
    explicit responder(std::shared_ptr<detail::exchange> to) : to_(std::move(to)) {}
    responder(responder&&) noexcept = default;
    responder& operator=(responder&&) noexcept = delete;
    responder(responder const&) = delete;
    responder& operator=(responder const&) = delete;
    ~responder();

    /// Sends the answer. Returns at once. Nothing happens if the other side has gone.
    void answer(response what);

    /// As above, but has the answer made on an I/O thread: for callers with no time to lose. `make`
    /// must not block.
    void answer_later(std::move_only_function<response()> make);

    /// Begins an answer without an end.
    stream open(response head);

    /// Calls back once if the other side has gone, or will send no more, before it is answered. On
    /// an I/O thread, or at once; must be quick.
    void on_leave(std::function<void()> call);

    /// Says which route answers, for the counters.
    void mark(std::uint32_t route);

private:
    std::shared_ptr<detail::exchange> to_;  // null once answered
};

/// Answers now or later. Called on an I/O thread: must not block.
using handler = std::function<void(request, responder)>;

/// Answers now. Called on a worker thread: may block. An exception is answered with 500.
using blocking_handler = std::function<response(request const&)>;

/// What answers requests of one method and form of path.
struct route {
    std::string method;            ///< "GET" also answers HEAD.
    std::string pattern;           ///< Literal segments and `{names}`: "/allocations/{order}".
    blocking_handler answer = {};  ///< Either this
    handler handle = {};           ///< or this.
    std::string summary = {};      ///< One line for /openapi.json.
};

}  // namespace diptych::http
