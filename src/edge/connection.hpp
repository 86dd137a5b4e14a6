/// @file
/// One connection: reads requests, sends answers in their order, minds the time.
#pragma once

#include "edge/loop.hpp"
#include "edge/parser.hpp"
#include "edge/reply.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// See the file comment. All on its loop's thread. An idle one keeps no buffers.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(loop& on, boost::asio::ip::tcp::socket socket, std::string remote);

    void start();
    void flush();       ///< Sends what the replies have.
    void check_time();  ///< Called at each tick.
    /// Since when it holds such memory and waits for the other side; none if it waits for nothing.
    std::optional<std::chrono::steady_clock::time_point> slow_since(need who) const;
    void make_room();  ///< Gives up what it waits for.
    void drain();      ///< Closes as soon as nothing is owed.
    void close();

    std::size_t place = 0;  ///< In its loop's list.

private:
    using time_point = std::chrono::steady_clock::time_point;

    // Reading.
    bool has_room() const;
    bool holds_unsent(need who) const;
    bool may_ask() const;
    bool watches_stream() const;
    void wait_readable();
    void on_readable();
    void on_end_of_input();
    bool notice_leaving();
    void tell_leaving();
    void take_in(std::string_view bytes);
    std::size_t parse(std::string_view bytes);
    void resume();
    void on_header();
    void dispatch();
    void count();
    std::shared_ptr<reply> expect_reply(framing const& how, reply_terms const& terms = {});
    void refuse(http::response what);
    void say_continue();

    // Writing.
    void gather();
    bool send();
    void wait_writable();
    void on_all_sent();
    void linger();

    loop& loop_;
    boost::asio::ip::tcp::socket socket_;
    std::string const remote_;
    request_parser parser_;
    std::string leftover_;  // read and not parsed: a part of a header, or requests too many
    memory_share share_;    // of what is read: the request in the parser, and leftover_
    std::vector<std::shared_ptr<reply>> replies_;  // owed, oldest first
    std::shared_ptr<reply> streaming_;             // whose bytes are in out_
    std::vector<std::string> out_;                 // being sent
    std::vector<std::shared_ptr<reply>> sending_;  // whose last bytes are in out_
    std::size_t out_sent_ = 0;                     // bytes of out_.front() that have gone
    std::size_t lingered_ = 0;                     // bytes thrown away since the last answer

    time_point idle_since_;
    time_point request_since_;  // valid while the parser has started
    time_point write_since_;    // valid while waiting to write
    time_point unread_since_;   // the same, but since a whole piece went
    time_point linger_until_;

    bool waiting_to_read_ = false;
    bool waiting_to_write_ = false;
    bool parsing_ = false;
    bool header_seen_ = false;
    bool owes_continue_ = false;
    bool input_ended_ = false;  // nothing more is parsed
    bool eof_seen_ = false;
    bool last_answer_taken_ = false;  // close when it is sent
    bool lingering_ = false;
    bool closed_ = false;
};

}  // namespace diptych::edge
