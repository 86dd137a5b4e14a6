#include "edge/listener.hpp"

#include "edge/address.hpp"

#include <diptych/try.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>

#include <future>

namespace diptych::edge {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int backlog = 4096;
constexpr std::string_view full_answer =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    "Content-Type: application/problem+json\r\nContent-Length: 118\r\n\r\n"
    R"({"type":"urn:diptych:connections","title":"Not now","status":503,)"
    R"("code":"connections","detail":"too many connections"})";

}  // namespace

listener::listener(std::shared_ptr<edge::hub> hub, std::vector<std::unique_ptr<loop>> const& loops)
    : hub_(std::move(hub)),
      loops_(loops),
      acceptor_(loops.front()->context()),
      pause_(loops.front()->context()) {}

result<void> listener::open() {
    DIPTYCH_TRY(auto const where, resolve(hub_->options.address));
    error_code failed;
    tcp::endpoint const endpoint{asio::ip::make_address(where.ip, failed), where.port};
    if (!failed) acceptor_.open(endpoint.protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(backlog, failed);
    if (!failed) acceptor_.non_blocking(true, failed);
    if (failed)
        return fail(
            errc::unavailable,
            "address",
            fmt::format("cannot listen on {}: {}", hub_->options.address, failed.message())
        );
    port_ = acceptor_.local_endpoint().port();
    return {};
}

void listener::run() {
    asio::post(acceptor_.get_executor(), [this] { wait(); });
}

void listener::wait() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code const& stopped) {
        if (stopped || !acceptor_.is_open()) return;
        if (accept_all()) return wait();
        // No files left. Those who wait stay in the backlog until some connection has closed.
        pause_.expires_after(hub_->options.tick);
        pause_.async_wait([this](error_code const& cancelled) {
            if (!cancelled) wait();
        });
    });
}

bool listener::accept_all() {
    for (;;) {
        auto& on = *loops_[next_++ % loops_.size()];
        tcp::socket socket(on.context());
        error_code failed;
        acceptor_.accept(socket, failed);
        if (failed == asio::error::would_block) return true;
        if (failed == asio::error::no_descriptors || failed == asio::error::no_buffer_space ||
            failed == asio::error::no_memory) {
            hub_->complain(fmt::format("cannot accept a connection: {}", failed.message()));
            return false;
        }
        if (!failed) take(std::move(socket), on);
    }
}

void listener::take(tcp::socket socket, loop& on) {
    hub_->accepted.fetch_add(1, std::memory_order_relaxed);
    error_code failed;
    socket.non_blocking(true, failed);
    if (hub_->connections >= hub_->options.limits.connections) {
        hub_->turned_away.fetch_add(1, std::memory_order_relaxed);
        (void)socket.write_some(asio::buffer(full_answer), failed);
        socket.shutdown(tcp::socket::shutdown_send, failed);
        return;
    }
    socket.set_option(tcp::no_delay(true), failed);
    auto const other = socket.remote_endpoint(failed);
    if (failed) return;  // gone already
    hub_->connections.fetch_add(1, std::memory_order_relaxed);
    on.post_adopt(
        std::move(socket), fmt::format("{}:{}", other.address().to_string(), other.port())
    );
}

void listener::close() {
    std::promise<void> closed;
    asio::post(acceptor_.get_executor(), [&] {
        error_code ignored;
        pause_.cancel();
        if (acceptor_.is_open()) accept_all();
        acceptor_.close(ignored);
        closed.set_value();
    });
    closed.get_future().wait();
}

}  // namespace diptych::edge
