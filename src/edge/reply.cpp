#include "edge/reply.hpp"

#include <utility>

namespace diptych::edge {

namespace {

http::response made_by(std::move_only_function<http::response()>& make) {
    try {
        return make();
    } catch (...) {
        return http::problem(500, "exception", "the handler of this request failed");
    }
}

}  // namespace

reply::reply(std::shared_ptr<edge::hub> hub, std::shared_ptr<edge::mailbox> to, framing const& how)
    : hub_(std::move(hub)),
      mailbox_(std::move(to)),
      began_(std::chrono::steady_clock::now()),
      how_(how) {}

void reply::observe(int status) {
    if (hub_->options.observe)
        hub_->options.observe(route_, status, std::chrono::steady_clock::now() - began_);
}

void reply::tell() {
    if (told_ || gone_) return;
    told_ = true;
    mailbox_->put(shared_from_this());
}

void reply::put(http::response what) {
    head_ = format(what, how_);
    body_ = std::move(what.body);
    add_held(body_.size());
}

void reply::add_held(std::size_t bytes) {
    held_ += bytes;
    hub_->held.fetch_add(bytes, std::memory_order_relaxed);
}

void reply::hold(std::size_t bytes) {
    std::lock_guard const lock(mutex_);
    add_held(bytes);
}

void reply::answer(http::response what) {
    observe(what.status);
    std::lock_guard const lock(mutex_);
    if (phase_ != phase::waiting || gone_) return;
    phase_ = phase::ended;
    put(std::move(what));
    tell();
}

void reply::answer_later(std::move_only_function<http::response()> make) {
    std::lock_guard const lock(mutex_);
    if (phase_ != phase::waiting || gone_) return;
    phase_ = phase::ended;
    make_ = std::move(make);
    tell();
}

std::shared_ptr<http::detail::channel> reply::open(http::response head) {
    observe(head.status);
    std::lock_guard const lock(mutex_);
    if (phase_ != phase::waiting || gone_) return shared_from_this();
    how_.keep_alive = false;  // with HTTP/1.0 the end of the connection is the end of the stream
    how_.chunked = !how_.http_1_0;
    how_.until_closed = how_.http_1_0;
    head_ = format(head, how_);
    phase_ = how_.without_body ? phase::ended : phase::streaming;
    if (!how_.without_body) {
        is_stream_ = true;
        hub_->streams.fetch_add(1, std::memory_order_relaxed);
    }
    tell();
    return shared_from_this();
}

bool reply::write(std::string bytes) {
    std::lock_guard const lock(mutex_);
    if (phase_ != phase::streaming || gone_) return false;
    auto const waiting = head_.size() + in_flight_;  // one great piece alone is no sign of slowness
    if (waiting > 0 && waiting + bytes.size() > hub_->options.limits.stream_bytes) {
        how_.chunked = false;  // cut off without the chunk that would say "complete"
        end();
        return false;
    }
    if (how_.chunked)
        append_chunk(head_, bytes);
    else
        head_ += bytes;
    tell();
    return true;
}

void reply::end() {
    if (how_.chunked) head_ += "0\r\n\r\n";
    phase_ = phase::ended;
    tell();
}

void reply::close() {
    std::lock_guard const lock(mutex_);
    if (phase_ == phase::streaming && !gone_) end();
}

std::size_t reply::pending() const {
    std::lock_guard const lock(mutex_);
    return head_.size() + in_flight_;
}

bool reply::is_open() const {
    std::lock_guard const lock(mutex_);
    return phase_ == phase::streaming && !gone_;
}

void reply::on_close(std::function<void()> call) {
    {
        std::lock_guard const lock(mutex_);
        if (!gone_ && is_stream_) {
            on_close_ = std::move(call);
            return;
        }
    }
    call();
}

void reply::on_room(std::function<void()> call) {
    std::lock_guard const lock(mutex_);
    if (!gone_) on_room_ = std::move(call);
}

reply::part reply::take(bool nothing_in_flight) {
    std::lock_guard const lock(mutex_);
    told_ = false;
    bool const ended = phase_ == phase::ended && !taken_last_;
    if (auto make = std::exchange(make_, {})) {
        auto what = made_by(make);
        observe(what.status);
        put(std::move(what));
    }
    if ((head_.empty() && !ended) || (is_stream_ && !nothing_in_flight)) return {};
    part taken{
        .is_there = true,
        .head = std::move(head_),
        .body = std::move(body_),
        .is_stream = is_stream_,
        .is_last = ended,
        .keep_alive = how_.keep_alive
    };
    head_.clear();
    body_.clear();
    in_flight_ += taken.head.size() + taken.body.size();
    taken_last_ = ended;
    return taken;
}

bool reply::is_stream() const {
    std::lock_guard const lock(mutex_);
    return is_stream_;
}

void reply::sent() {
    std::function<void()> call;
    {
        std::lock_guard const lock(mutex_);
        in_flight_ = 0;
        if (phase_ == phase::streaming && head_.empty()) call = on_room_;
    }
    if (call) call();
}

void reply::close_after() {
    std::lock_guard const lock(mutex_);
    if (phase_ == phase::waiting) how_.keep_alive = false;
}

void reply::abandon() {
    owner = nullptr;
    std::function<void()> call;
    std::function<void()> dropped;
    {
        std::lock_guard const lock(mutex_);
        if (gone_) return;
        gone_ = true;
        call.swap(on_close_);
        dropped.swap(on_room_);
        if (is_stream_) hub_->streams.fetch_sub(1, std::memory_order_relaxed);
    }
    if (call) call();
}

}  // namespace diptych::edge
