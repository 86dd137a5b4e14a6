/// @file
/// One answer on its way: filled by whoever handles the request, emptied by its connection.
#pragma once

#include "edge/exchange.hpp"
#include "edge/hub.hpp"
#include "edge/mailbox.hpp"
#include "edge/response_format.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace diptych::edge {

class connection;

/// What a reply may take, as its request says.
struct reply_terms {
    need who = need::ordinary;
    bool is_safe = false;   ///< The request changes nothing: "too busy" is true also afterwards.
    std::size_t bytes = 0;  ///< Of the request, while it is worked on.
};

/// See the file comment. Thread-safe, but for `owner`.
class reply final : public http::detail::exchange,
                    public http::detail::channel,
                    public std::enable_shared_from_this<reply> {
public:
    reply(
        std::shared_ptr<edge::hub> hub,
        std::shared_ptr<edge::mailbox> to,
        framing const& how,
        reply_terms const& terms = {}
    );
    reply(reply const&) = delete;
    reply& operator=(reply const&) = delete;

    // The handler's side.
    void answer(http::response what) override;
    void answer_later(std::move_only_function<http::response()> make) override;
    std::shared_ptr<channel> open(http::response head) override;
    void mark(std::uint32_t route) override { route_ = route; }
    void on_leave(std::function<void()> call) override;
    bool write(std::string bytes) override;
    std::size_t pending() const override;
    bool is_open() const override;
    void close() override;
    void on_close(std::function<void()> call) override;
    void on_room(std::function<void()> call) override;

    // The connection's side, on its I/O thread.
    need who() const { return terms_.who; }
    struct part {
        bool is_there = false;  ///< There is something to send, or the end of it.
        std::string head = {};  ///< To be sent.
        std::string body = {};  ///< To be sent after it.
        bool is_stream = false;
        bool is_last = false;    ///< Nothing comes after it.
        bool keep_alive = true;  ///< Valid with the last part.
    };
    /// What there is to send. A stream gives nothing unless `nothing_in_flight`: so its bytes are
    /// counted until they have gone.
    part take(bool nothing_in_flight);
    bool is_stream() const;
    bool minds_leaving() const;  ///< Whoever works on it wants to know of leave().
    void sent();                 ///< What take() gave has been sent.
    void close_after();          ///< The connection ends with this answer.
    void leave();                ///< The other side sends no more.
    void abandon();              ///< The connection has gone, or the stream been sent to its end.

    connection* owner = nullptr;  ///< Null once sent or abandoned. The I/O thread's alone.

private:
    enum class phase { waiting, streaming, ended };

    void observe(int status);
    void tell();                                   // mutex_ held
    void end();                                    // mutex_ held
    int put(http::response what);                  // mutex_ held; the status
    int put_or_end(http::response what) noexcept;  // mutex_ held; the status
    std::size_t unsent() const { return head_.size() + body_.size() + in_flight_; }

    std::shared_ptr<edge::hub> const hub_;
    std::shared_ptr<edge::mailbox> const mailbox_;
    std::chrono::steady_clock::time_point const began_;
    reply_terms const terms_;
    std::uint32_t route_ = 0;

    mutable std::mutex mutex_;  // guards everything below
    framing how_;
    phase phase_ = phase::waiting;
    bool is_stream_ = false;
    bool left_ = false;
    bool gone_ = false;
    bool told_ = false;  // lies in the mailbox
    bool taken_last_ = false;
    std::move_only_function<http::response()> make_;  // what head and body come from
    std::string head_;
    std::string body_;
    std::size_t in_flight_ = 0;  // bytes taken and not sent
    memory_share share_;         // of the request, then of what is unsent
    std::function<void()> on_leave_;
    std::function<void()> on_close_;
    std::function<void()> on_room_;
};

}  // namespace diptych::edge
