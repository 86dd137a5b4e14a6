/// @file
/// One I/O thread: its connections, its tick and its mailbox.
#pragma once

#include "edge/hub.hpp"
#include "edge/mailbox.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace diptych::edge {

class connection;

/// See the file comment. Everything but `run`, `post...` and `shut_down` is its own thread's.
class loop {
public:
    /// `leads`: it is the one that calls server_options::on_tick.
    loop(std::shared_ptr<edge::hub> hub, bool leads);
    ~loop();

    void run();  ///< Starts the thread.
    boost::asio::io_context& context() { return context_; }

    /// Takes over an accepted socket. Any thread.
    void post_adopt(boost::asio::ip::tcp::socket socket, std::string remote);
    /// Begins to close what is idle, and the rest when it is done. Any thread.
    void post_drain();
    /// Closes everything and ends the thread. Blocking.
    void shut_down();

    // For its connections.
    edge::hub& hub() { return *hub_; }
    std::shared_ptr<edge::hub> const& shared_hub() { return hub_; }
    std::shared_ptr<edge::mailbox> const& mail() { return mailbox_; }
    std::span<char> scratch() { return scratch_; }  ///< For one read; contents do not stay.
    std::chrono::steady_clock::time_point now() const { return now_; }  ///< As of the last tick.
    void forget(connection& gone);
    void deliver();  ///< Sends what lies in the mailbox.

private:
    void serve();
    void flush(connection& one);
    void tick();
    void make_room(need who);
    void arm();

    std::shared_ptr<edge::hub> const hub_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<edge::mailbox> mailbox_;
    std::vector<std::shared_ptr<reply>> news_;
    std::vector<std::shared_ptr<connection>> connections_;
    std::vector<char> scratch_;
    std::chrono::steady_clock::time_point now_;
    bool const leads_;
    bool delivering_ = false;
    std::jthread thread_;
};

}  // namespace diptych::edge
