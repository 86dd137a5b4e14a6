/// @file
/// Accepts connections and deals them out to the I/O threads.
#pragma once

#include "edge/hub.hpp"
#include "edge/loop.hpp"

#include <diptych/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace diptych::edge {

/// Accepts on the first loop's thread. Keeps references: the loops must outlive it or be shut down
/// before.
class listener {
public:
    listener(std::shared_ptr<edge::hub> hub, std::vector<std::unique_ptr<loop>> const& loops);

    /// Fails with invalid if the address does not read, unavailable if it cannot be bound.
    result<void> open();
    void run();
    /// Takes in what is connecting at this moment, then stops listening. Blocking.
    void close();
    std::uint16_t port() const { return port_; }

private:
    void wait();
    bool accept_all();  // false if the system has no file left for one
    void take(boost::asio::ip::tcp::socket socket, loop& on);

    std::shared_ptr<edge::hub> const hub_;
    std::vector<std::unique_ptr<loop>> const& loops_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::size_t next_ = 0;
    std::uint16_t port_ = 0;
};

}  // namespace diptych::edge
