#include "edge/connection.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <poll.h>

namespace diptych::edge {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t linger_bytes_max = 4u << 20;  // thrown away after the last answer
constexpr std::size_t small_request = 4u << 10;     // read to its end: it may be a vital one

http::response problem(request_fault const& what) {
    return http::problem(what.status, what.code, what.detail);
}

}  // namespace

connection::connection(loop& on, asio::ip::tcp::socket socket, std::string remote)
    : loop_(on),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      parser_(
          {.header_bytes = on.hub().options.limits.header_bytes,
           .target_bytes = on.hub().options.limits.target_bytes,
           .body_bytes = on.hub().options.limits.body_bytes}
      ),
      share_(on.hub().memory) {}

void connection::start() {
    idle_since_ = loop_.now();
    wait_readable();
}

bool connection::has_room() const {
    auto const& limits = loop_.hub().options.limits;
    return leftover_.size() < limits.header_bytes + loop_.scratch().size() && may_ask();
}

/// Whether one more request may be asked before what is owed has gone.
bool connection::may_ask() const {
    auto const& limits = loop_.hub().options.limits;
    std::size_t unsent = 0;
    for (auto const& one : sending_) unsent += one->pending();
    for (auto const& one : replies_) unsent += one->pending();
    return replies_.size() < limits.pipelined && unsent < limits.unsent_bytes;
}

bool connection::watches_stream() const {
    return !replies_.empty() && replies_.front()->is_stream();
}

// Waits without a buffer, so that an idle connection costs no more than its socket.
void connection::wait_readable() {
    if (closed_ || waiting_to_read_ || eof_seen_) return;
    if (!lingering_ && !watches_stream() && (input_ended_ || !has_room())) return;
    waiting_to_read_ = true;
    socket_.async_wait(
        asio::socket_base::wait_read,
        [self = shared_from_this()](error_code const& failed) {
            self->waiting_to_read_ = false;
            if (self->closed_) return;
            if (failed) return self->close();
            self->on_readable();
            self->loop_.deliver();
        }
    );
}

void connection::on_readable() {
    error_code failed;
    auto const scratch = loop_.scratch();
    auto const size = socket_.read_some(asio::buffer(scratch.data(), scratch.size()), failed);
    if (failed == asio::error::would_block) return wait_readable();
    if (failed == asio::error::eof) return on_end_of_input();
    if (failed) return close();
    // Nobody behind a stream is ever answered.
    if (lingering_ || input_ended_ || watches_stream()) {
        leftover_ = {};
        count();
        lingered_ += size;
        if (lingered_ > linger_bytes_max) return close();
    } else {
        take_in({scratch.data(), size});
    }
    wait_readable();
}

void connection::on_end_of_input() {
    eof_seen_ = true;
    input_ended_ = true;
    if (lingering_ || (replies_.empty() && out_.empty())) return close();
    for (auto const& one : replies_)
        if (one->is_stream()) return close();  // its reader has left
    // Who only stopped sending still gets the answers he waits for, but for those that are not
    // worth their while if he has gone.
    tell_leaving();
}

void connection::tell_leaving() {
    auto const all = replies_;  // whoever leaves may answer at once
    for (auto const& one : all) one->leave();
}

/// Sees the other side's end where nothing is read: behind the last request, or requests too many.
/// What it has sent stays where it is. Whether it may go on.
bool connection::notice_leaving() {
    auto const minds = [](std::shared_ptr<reply> const& one) { return one->minds_leaving(); };
    if (closed_ || eof_seen_ || std::ranges::none_of(replies_, minds)) return !closed_;
    pollfd asked{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
    if (::poll(&asked, 1, 0) <= 0) return true;
    if ((asked.revents & (POLLERR | POLLHUP)) != 0) return close(), false;
    tell_leaving();
    return !closed_;
}

void connection::take_in(std::string_view bytes) {
    if (leftover_.empty()) {
        auto const parsed = parse(bytes);
        leftover_ = bytes.substr(parsed);
    } else {
        leftover_ += bytes;
        leftover_.erase(0, parse(leftover_));
    }
    if (leftover_.empty()) leftover_ = {};
    count();
}

void connection::resume() {
    if (parsing_ || leftover_.empty() || closed_) return;
    leftover_.erase(0, parse(leftover_));
    if (leftover_.empty()) leftover_ = {};
    count();
}

/// How many bytes are done with.
std::size_t connection::parse(std::string_view bytes) {
    parsing_ = true;
    std::size_t parsed = 0;
    while (parsed < bytes.size() && !input_ended_ && !closed_ && may_ask()) {
        bool const had_started = parser_.is_started();
        auto const taken = parser_.feed(bytes.substr(parsed));
        parsed += taken;
        if (!had_started && parser_.is_started()) request_since_ = loop_.now();
        count();
        if (auto const& fault = parser_.fault())
            refuse(problem(*fault));
        else if (parser_.is_complete())
            dispatch();
        else if (parser_.size() > small_request && loop_.hub().memory.is_full())
            refuse(too_busy());
        else if (parser_.has_header())
            on_header();
        if (taken == 0) break;
    }
    parsing_ = false;
    return input_ended_ ? bytes.size() : parsed;
}

void connection::on_header() {
    if (header_seen_) return;
    header_seen_ = true;
    request_since_ = loop_.now();
    owes_continue_ = parser_.expects_continue();
    say_continue();
}

void connection::say_continue() {
    if (!owes_continue_ || !replies_.empty()) return;  // the answers before it come first
    owes_continue_ = false;
    out_.emplace_back("HTTP/1.1 100 Continue\r\n\r\n");
    flush();
}

std::shared_ptr<reply> connection::expect_reply(framing const& how, reply_terms const& terms) {
    auto const next = std::make_shared<reply>(loop_.shared_hub(), loop_.mail(), how, terms);
    next->owner = this;
    replies_.push_back(next);
    header_seen_ = false;
    owes_continue_ = false;
    if (!how.keep_alive) input_ended_ = true;
    return next;
}

void connection::dispatch() {
    auto& hub = loop_.hub();
    auto const bytes = parser_.size();
    bool const wants_more = parser_.keeps_alive() && !hub.draining;
    bool const old = parser_.is_http_1_0();
    auto asked = parser_.take();
    count();
    asked.remote = remote_;
    auto const who = hub.need_of(asked);
    bool const is_full = hub.memory.is_full(who);
    bool const to_head = asked.method == "HEAD";
    auto const next = expect_reply(
        {.keep_alive = wants_more && !is_full, .without_body = to_head, .http_1_0 = old},
        {.who = who, .is_safe = to_head || asked.method == "GET", .bytes = bytes}
    );
    if (is_full) return next->answer(too_busy());
    hub.handle(std::move(asked), http::responder{next});
}

void connection::count() { share_.hold(parser_.size() + leftover_.size()); }

void connection::refuse(http::response what) {
    parser_.drop();
    count();
    expect_reply({.keep_alive = false})->answer(std::move(what));
}

void connection::check_time() {
    if (!notice_leaving()) return;
    auto const& limits = loop_.hub().options.limits;
    auto const now = loop_.now();
    if (lingering_) {
        if (now >= linger_until_) close();
    } else if (waiting_to_write_) {
        if (now - write_since_ < limits.write_time) return;
        loop_.hub().timed_out.fetch_add(1, std::memory_order_relaxed);
        close();
    } else if (parser_.is_started() && !input_ended_ && has_room()) {
        if (now - request_since_ < (header_seen_ ? limits.body_time : limits.header_time)) return;
        loop_.hub().timed_out.fetch_add(1, std::memory_order_relaxed);
        refuse(http::problem(
            408,
            "too_slow",
            header_seen_ ? "the body did not arrive in time" : "the headers did not arrive in time"
        ));
    } else if (replies_.empty() && now - idle_since_ >= limits.idle_time) {
        close();
    }
}

bool connection::holds_unsent(need who) const {
    auto const is_it = [&](std::shared_ptr<reply> const& one) { return one->who() == who; };
    return std::ranges::any_of(replies_, is_it) || std::ranges::any_of(sending_, is_it);
}

std::optional<connection::time_point> connection::slow_since(need who) const {
    if (closed_ || lingering_) return std::nullopt;
    bool const has_read = who == need::ordinary && share_.bytes() > 0;
    if (waiting_to_write_ && (has_read || holds_unsent(who))) return unread_since_;
    if (waiting_to_write_) return std::nullopt;
    bool const awaits_rest = parser_.is_started() && !input_ended_ && has_room();
    if (awaits_rest && has_read && share_.bytes() > small_request) return request_since_;
    return std::nullopt;
}

void connection::make_room() {
    loop_.hub().closed_when_full.fetch_add(1, std::memory_order_relaxed);
    if (waiting_to_write_) return close();
    refuse(too_busy());
}

void connection::drain() {
    if (closed_ || lingering_) return;
    for (auto const& one : replies_)
        if (one->is_stream()) one->close();
    if (parser_.is_started() || !leftover_.empty()) return;  // accepted: it will be the last
    if (!replies_.empty()) {
        input_ended_ = true;
        replies_.back()->close_after();
    } else if (out_.empty()) {
        on_readable();  // a request may have come this moment
        if (!closed_ && replies_.empty() && !parser_.is_started()) close();
    }
}

void connection::close() {
    if (closed_) return;
    auto const self = shared_from_this();
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    loop_.forget(*this);
    auto const owed = std::move(replies_);
    replies_.clear();
    for (auto const& one : owed) one->abandon();
    out_.clear();
    sending_.clear();
    if (auto const one = std::move(streaming_)) one->abandon();
}

}  // namespace diptych::edge
