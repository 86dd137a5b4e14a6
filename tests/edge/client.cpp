#include "edge/client.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace diptych::testing {

namespace {
constexpr int patience_ms = 10'000;
}

http_client::http_client(std::uint16_t port, std::string_view ip) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(socket_ >= 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, std::string(ip).c_str(), &to.sin_addr) == 1);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0);
    int const yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

http_client::~http_client() {
    if (socket_ >= 0) ::close(socket_);
}

http_client::http_client(http_client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)),
      stream_(std::move(other.stream_)) {}

void http_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void http_client::stop_sending() { ::shutdown(socket_, SHUT_WR); }

void http_client::reset() {
    linger const hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(socket_, -1));
}

bool http_client::fill() {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    auto const ready = ::poll(&waiting, 1, patience_ms);
    REQUIRE_MESSAGE(ready == 1, "nothing came in time; so far: " << buffer_);
    char bytes[16'384];
    auto const size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return true;
}

std::string http_client::take(std::size_t size) {
    while (buffer_.size() < size) {
        bool const more = fill();
        REQUIRE_MESSAGE(more, "the connection ended in the middle: " << buffer_);
    }
    auto taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
}

std::string http_client::take_line() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
        bool const more = fill();
        REQUIRE_MESSAGE(more, "the connection ended in the middle: " << buffer_);
    }
    auto line = take(end + 2);
    line.resize(end);
    return line;
}

http_answer http_client::read_head() {
    auto const first = take_line();
    REQUIRE(first.starts_with("HTTP/1.1 "));
    http_answer answer{.status = std::stoi(first.substr(9, 3))};
    for (auto line = take_line(); !line.empty(); line = take_line()) {
        auto const colon = line.find(": ");
        REQUIRE(colon != std::string::npos);
        auto name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = line.substr(colon + 2);
    }
    return answer;
}

http_answer http_client::read(bool to_head) {
    auto answer = read_head();
    if (to_head || answer.status == 304 || answer.status == 204 || answer.status == 100)
        return answer;
    if (answer.headers.contains("content-length")) {
        answer.body = take(std::stoul(answer.headers["content-length"]));
    } else if (answer.headers["transfer-encoding"] == "chunked") {
        for (auto chunk = read_chunk(); !chunk.empty(); chunk = read_chunk()) answer.body += chunk;
    } else {
        while (fill()) {
        }
        answer.body = std::exchange(buffer_, {});
    }
    return answer;
}

std::string http_client::read_chunk() {
    auto const size = std::stoul(take_line(), nullptr, 16);
    auto chunk = take(size);
    REQUIRE(take_line().empty());
    return chunk;
}

std::string http_client::read_stream_to(std::string_view mark) {
    std::size_t at = 0;
    while ((at = stream_.find(mark)) == std::string::npos) {
        auto const chunk = read_chunk();
        REQUIRE_MESSAGE(!chunk.empty(), "the stream ended before '" << mark << "': " << stream_);
        stream_ += chunk;
    }
    auto taken = stream_.substr(0, at + mark.size());
    stream_.erase(0, taken.size());
    return taken;
}

http_answer http_client::ask(
    std::string_view method,
    std::string_view target,
    std::string_view headers,
    std::optional<std::string_view> body
) {
    send(request_text(method, target, headers, body));
    return read(method == "HEAD");
}

bool http_client::is_closed_by_server() {
    for (;;) {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, patience_ms) != 1) return false;
        char bytes[16'384];
        if (::recv(socket_, bytes, sizeof bytes, 0) > 0) continue;
        ::close(std::exchange(socket_, -1));  // as any client does then
        return true;
    }
}

bool http_client::has_nothing_to_read() const {
    char byte = 0;
    return buffer_.empty() && ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

std::string request_text(
    std::string_view method,
    std::string_view target,
    std::string_view headers,
    std::optional<std::string_view> body
) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
    text.append(headers);
    if (body) text.append("Content-Length: ").append(std::to_string(body->size())).append("\r\n");
    text.append("\r\n");
    if (body) text.append(*body);
    return text;
}

}  // namespace diptych::testing
