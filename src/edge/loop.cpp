#include "edge/loop.hpp"

#include "edge/connection.hpp"
#include "edge/reply.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace diptych::edge {

namespace asio = boost::asio;

namespace {
constexpr std::size_t scratch_size = 64u << 10;
}

loop::loop(std::shared_ptr<edge::hub> hub, bool leads)
    : hub_(std::move(hub)),
      work_(asio::make_work_guard(context_)),
      timer_(context_),
      mailbox_(std::make_shared<edge::mailbox>([this] {
          asio::post(context_, [this] { deliver(); });
      })),
      scratch_(scratch_size),
      now_(hub_->options.now()),
      leads_(leads) {}

loop::~loop() { shut_down(); }

void loop::run() {
    arm();
    thread_ = std::jthread([this] { serve(); });
}

/// Until the end. What is thrown (by lack of memory, say) harms only what it was thrown for.
void loop::serve() {
    for (bool ended = false; !ended;) {
        try {
            context_.run();
            ended = true;
        } catch (std::exception const& thrown) {
            hub_->complain(std::string("an I/O thread went on after: ") + thrown.what());
        } catch (...) {
            hub_->complain("an I/O thread went on after something that is no std::exception");
        }
    }
}

void loop::post_adopt(asio::ip::tcp::socket socket, std::string remote) {
    auto adopted = std::make_shared<connection>(*this, std::move(socket), std::move(remote));
    asio::post(context_, [this, adopted = std::move(adopted)]() mutable {
        adopted->place = connections_.size();
        connections_.push_back(adopted);
        adopted->start();
    });
}

void loop::post_drain() {
    asio::post(context_, [this] {
        auto const all = connections_;  // draining one removes it
        for (auto const& one : all) one->drain();
        deliver();
    });
}

void loop::shut_down() {
    if (thread_.joinable()) {
        asio::post(context_, [this] {
            timer_.cancel();
            auto const all = connections_;
            for (auto const& one : all) one->close();
            work_.reset();
            context_.stop();
        });
        thread_.join();
    }
    mailbox_->close();
}

void loop::forget(connection& gone) {
    auto const keep = connections_[gone.place];
    connections_.back()->place = gone.place;
    std::swap(connections_[gone.place], connections_.back());
    connections_.pop_back();
    hub_->closed_one();
}

/// What one connection throws costs that connection only.
void loop::flush(connection& one) {
    try {
        one.flush();
    } catch (std::exception const& thrown) {
        one.close();
        hub_->complain(std::string("a connection was closed after: ") + thrown.what());
    }
}

void loop::deliver() {
    if (delivering_) return;  // a connection that handles news may cause more: the loop takes it
    delivering_ = true;
    struct delivered {
        loop& of;
        ~delivered() {
            of.news_.clear();
            of.delivering_ = false;
        }
    } const at_the_end{*this};
    for (mailbox_->take(news_); !news_.empty(); mailbox_->take(news_)) {
        for (auto const& news : news_)
            if (news->owner) flush(*news->owner->shared_from_this());
        news_.clear();
    }
}

void loop::tick() {
    now_ = hub_->options.now();
    for (std::size_t i = connections_.size(); i-- > 0;) {
        if (i >= connections_.size()) continue;
        auto const one = connections_[i];
        one->check_time();
    }
    for (auto const who : {need::ordinary, need::vital})
        if (hub_->memory.is_full(who)) make_room(who);
    if (leads_ && hub_->options.on_tick) hub_->options.on_tick();
    deliver();
}

/// Whoever takes his time over much memory must not keep all others from what they need.
void loop::make_room(need who) {
    using waiting = std::pair<std::chrono::steady_clock::time_point, std::shared_ptr<connection>>;
    std::vector<waiting> slow;
    for (auto const& one : connections_)
        if (auto const since = one->slow_since(who);
            since && now_ - *since >= hub_->options.limits.full_time)
            slow.emplace_back(*since, one);
    std::ranges::sort(slow, {}, &waiting::first);
    for (auto const& [_, one] : slow) {
        if (!hub_->memory.is_full(who)) return;
        one->make_room();
    }
}

void loop::arm() {
    timer_.expires_after(hub_->options.tick);
    timer_.async_wait([this](boost::system::error_code const& stopped) {
        if (stopped) return;
        arm();
        tick();
    });
}

}  // namespace diptych::edge
