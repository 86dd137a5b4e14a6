#include "edge/server.hpp"

#include "edge/address.hpp"
#include "edge/hub.hpp"
#include "edge/listener.hpp"
#include "edge/loop.hpp"

#include <diptych/try.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

/// Every connection is a file: asks for as many as this process may have.
void raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= files.rlim_max) return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

unsigned threads_of(server_options const& options) {
    if (options.threads != 0) return options.threads;
    return std::clamp(std::thread::hardware_concurrency() / 2, 1u, 4u);
}

}  // namespace

class server::implementation {
public:
    implementation(server_options options, http::handler answer)
        : hub_(std::make_shared<edge::hub>(std::move(options), std::move(answer))) {}

    ~implementation() { stop(); }

    result<void> start() {
        raise_file_limit();
        for (unsigned i = 0; i < threads_of(hub_->options); ++i)
            loops_.push_back(std::make_unique<loop>(hub_, i == 0));
        listener_ = std::make_unique<listener>(hub_, loops_);
        DIPTYCH_TRY(listener_->open());
        for (auto const& one : loops_) one->run();
        listener_->run();
        running_ = true;
        return {};
    }

    void stop() {
        if (!std::exchange(running_, false)) return;
        listener_->close();  // what was connecting is taken in first
        hub_->draining = true;
        for (auto const& one : loops_) one->post_drain();
        hub_->wait_for_none(hub_->options.limits.drain_time);
        for (auto const& one : loops_) one->shut_down();
        listener_.reset();
        loops_.clear();
    }

    std::uint16_t port() const { return listener_ ? listener_->port() : std::uint16_t{0}; }
    edge::hub const& hub() const { return *hub_; }

private:
    std::shared_ptr<edge::hub> hub_;
    std::vector<std::unique_ptr<loop>> loops_;
    std::unique_ptr<listener> listener_;  // destroyed before the loops it accepts on
    bool running_ = false;
};

server::server(server_options options, http::handler answer)
    : implementation_(std::make_unique<implementation>(std::move(options), std::move(answer))) {}
server::~server() = default;

result<void> server::start() { return implementation_->start(); }
void server::stop() { implementation_->stop(); }
std::uint16_t server::port() const { return implementation_->port(); }

server_statistics server::statistics() const {
    auto const& h = implementation_->hub();
    return {
        .accepted = h.accepted,
        .turned_away = h.turned_away,
        .timed_out = h.timed_out,
        .closed_when_full = h.closed_when_full,
        .connections = h.connections,
        .streams = h.streams,
        .held_bytes = h.memory.held(),
    };
}

bool server::is_full_for(http::request const& asked) const {
    auto const& h = implementation_->hub();
    return h.memory.is_full(h.need_of(asked));
}

}  // namespace diptych::edge
