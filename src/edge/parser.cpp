#include "edge/parser.hpp"

#include "edge/url.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/core.h>

namespace diptych::edge {

namespace {

namespace beast_http = boost::beast::http;
using beast_http::field;
using boost::beast::error_code;

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Beast's incremental parser, filling our request directly.
class incremental final : public beast_http::basic_parser<true> {
public:
    incremental(
        http::request& into, std::optional<request_fault>& fault, parser_limits const& limits
    )
        : into_(into), fault_(fault), limits_(limits) {
        eager(false);  // one part in one put, so that it is known how long it is
        header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        body_limit(limits.body_bytes);
    }

    bool has_first_line() const { return has_first_line_; }
    bool expects_continue() const { return expects_continue_; }
    bool is_http_1_0() const { return version_ == 10; }

    /// What comes next is the size of a chunk.
    bool is_between_chunks() const { return header_done_ && chunked() && chunk_left_ == 0; }

private:
    void on_request_impl(
        beast_http::verb,
        boost::beast::string_view method,
        boost::beast::string_view target,
        int version,
        error_code& stop
    ) override {
        has_first_line_ = true;
        version_ = version;
        into_.method = plain(method);
        if (target.size() > limits_.target_bytes)
            return refuse(
                stop,
                414,
                "target_too_long",
                fmt::format(
                    "path and query take {} bytes, the limit is {}",
                    target.size(),
                    limits_.target_bytes
                )
            );
        take_target(plain(target), stop);
    }

    void take_target(std::string_view target, error_code& stop) {
        if (auto const scheme = target.find("://"); scheme != target.npos && target[0] != '/') {
            target.remove_prefix(scheme + 3);  // the absolute form that proxies send
            auto const path = target.find('/');
            target = path == target.npos ? std::string_view{"/"} : target.substr(path);
        }
        if (target == "*" && into_.method == "OPTIONS") target = "/";
        auto const mark = target.find('?');
        into_.path = target.substr(0, mark);
        if (!target.starts_with('/') || target.find('#') != target.npos)
            return refuse(
                stop,
                400,
                "bad_target",
                fmt::format("'{}' is not a path that starts with '/'", target)
            );
        if (mark == target.npos) return;
        auto query = parse_query(target.substr(mark + 1));
        if (!query) return refuse(stop, 400, "bad_target", query.error().message);
        into_.query = *std::move(query);
    }

    void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}

    void on_field_impl(
        field known,
        boost::beast::string_view name,
        boost::beast::string_view value,
        error_code& stop
    ) override {
        if (header_done_) return;  // trailers may not change what the header said
        into_.headers.add(plain(name), plain(value));
        if (known == field::transfer_encoding) {
            if (!boost::beast::iequals(value, "chunked"))
                refuse(
                    stop,
                    501,
                    "transfer_encoding",
                    fmt::format("transfer encoding '{}' is not known, only 'chunked'", plain(value))
                );
            else if (version_ == 10)
                refuse(stop, 400, "transfer_encoding", "HTTP/1.0 has no transfer encodings");
        } else if (known == field::host) {
            if (has_host_) refuse(stop, 400, "bad_host", "there are two Host headers");
            has_host_ = true;
        } else if (known == field::expect) {
            if (boost::beast::iequals(value, "100-continue"))
                expects_continue_ = version_ == 11;
            else
                refuse(
                    stop,
                    417,
                    "expectation",
                    fmt::format("the expectation '{}' is not known", plain(value))
                );
        }
    }

    void on_header_impl(error_code& stop) override {
        header_done_ = true;
        if (!has_host_ && version_ == 11)
            refuse(stop, 400, "bad_host", "an HTTP/1.1 request needs a Host header");
    }

    // What is promised is not believed: promises cost nothing.
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}

    std::size_t on_body_impl(boost::beast::string_view bytes, error_code&) override {
        into_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view, error_code&) override {
        chunk_left_ = size;
    }

    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes, error_code&)
        override {
        chunk_left_ -= bytes.size();
        into_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_finish_impl(error_code&) override {}

    void refuse(error_code& stop, int status, std::string_view code, std::string detail) {
        fault_ = {.status = status, .code = code, .detail = std::move(detail)};
        stop = beast_http::error::bad_field;
    }

    http::request& into_;
    std::optional<request_fault>& fault_;
    parser_limits const& limits_;
    int version_ = 11;
    std::uint64_t chunk_left_ = 0;
    bool has_first_line_ = false;
    bool header_done_ = false;
    bool has_host_ = false;
    bool expects_continue_ = false;
};

request_fault fault_of(
    error_code const& what, std::string_view bytes, parser_limits const& limits
) {
    auto const line = bytes.substr(0, bytes.find('\n'));
    if (what == beast_http::error::body_limit)
        return {
            413,
            "body_too_long",
            fmt::format("the body takes more than {} bytes", limits.body_bytes)
        };
    if (what == beast_http::error::bad_version && line.find(" HTTP/") != line.npos)
        return {505, "http_version", "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    return {400, "bad_request", fmt::format("this is not an HTTP request: {}", what.message())};
}

}  // namespace

class request_parser::machine {
public:
    explicit machine(parser_limits const& bounds) : limits(bounds) { restart(); }

    void restart() {
        request = {};
        parser.emplace(request, fault, limits);
        started = false;
        header_taken = 0;
    }

    /// Takes the header, a piece of the body, or what is between two chunks and behind the last.
    /// Beast bounds what one put() takes of a header, and nothing between chunks.
    error_code put(std::string_view bytes, std::size_t& taken) {
        error_code stop;
        taken = 0;
        auto const may_be_last = parser->is_between_chunks() && bytes.starts_with('0');
        if (may_be_last && bytes.size() < last_chunk.size())
            return beast_http::error::need_more;  // Beast asserts that it gets no less
        bool const in_header = !parser->is_header_done();
        auto const body_before = request.body.size();
        taken = parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), stop);
        auto size = taken - (request.body.size() - body_before);
        if (in_header) size = header_taken += taken;
        if (stop == beast_http::error::need_more) size += bytes.size() - taken;  // waits for more
        if (size > limits.header_bytes) stop = beast_http::error::header_limit;
        if (stop == beast_http::error::header_limit && !fault) fault = too_long(in_header, bytes);
        return stop;
    }

    request_fault too_long(bool in_header, std::string_view bytes) const {
        if (!in_header)
            return {431, "headers_too_long", "what is between or behind the chunks is too long"};
        if (!parser->has_first_line() && bytes.find('\n') >= limits.header_bytes)
            return {414, "target_too_long", "the first line does not end"};
        return {
            431,
            "headers_too_long",
            fmt::format("the headers take more than {} bytes", limits.header_bytes)
        };
    }

    parser_limits limits;
    http::request request;
    std::optional<request_fault> fault;
    std::optional<incremental> parser;
    bool started = false;
    std::size_t header_taken = 0;  // of the first line and the headers
};

request_parser::request_parser(parser_limits const& limits)
    : machine_(std::make_unique<machine>(limits)) {}
request_parser::~request_parser() = default;

std::size_t request_parser::feed(std::string_view bytes) {
    auto& m = *machine_;
    if (bytes.empty() || m.fault || is_complete()) return 0;
    std::size_t taken = 0;
    if (!m.started)  // empty lines before a request are forgiven (RFC 9112, 2.2)
        while (taken < bytes.size() && (bytes[taken] == '\r' || bytes[taken] == '\n')) ++taken;
    bytes.remove_prefix(taken);
    if (bytes.empty()) return taken;

    m.started = true;
    std::size_t more = 0;
    auto const stop = m.put(bytes, more);
    if (stop && stop != beast_http::error::need_more && !m.fault)
        m.fault = fault_of(stop, bytes, m.limits);
    return taken + more;
}

bool request_parser::is_started() const { return machine_->started; }
bool request_parser::has_header() const { return machine_->parser->is_header_done(); }
bool request_parser::is_complete() const { return machine_->parser->is_done(); }
std::size_t request_parser::size() const {
    auto const& so_far = machine_->request;
    // Much more than "a&" and "a:", and as much again where their tables grow.
    constexpr auto pair_size = 2 * sizeof(http::pairs::value_type);
    constexpr auto field_size = 24;
    return machine_->header_taken + so_far.headers.size() * field_size +
           so_far.query.size() * pair_size + so_far.body.size();
}
bool request_parser::expects_continue() const { return machine_->parser->expects_continue(); }
bool request_parser::keeps_alive() const { return machine_->parser->keep_alive(); }
bool request_parser::is_http_1_0() const { return machine_->parser->is_http_1_0(); }
std::optional<request_fault> const& request_parser::fault() const { return machine_->fault; }

http::request request_parser::take() {
    auto taken = std::move(machine_->request);
    machine_->restart();
    return taken;
}

void request_parser::drop() {
    machine_->request = {};
    machine_->header_taken = 0;
}

}  // namespace diptych::edge
