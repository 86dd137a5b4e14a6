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

reply::reply(
    std::shared_ptr<edge::hub> hub,
    std::shared_ptr<edge::mailbox> to,
    framing const& how,
    reply_terms const& terms
)
    : hub_(std::move(hub)),
      mailbox_(std::move(to)),
      began_(std::chrono::steady_clock::now()),
      terms_(terms),
      how_(how),
      share_(hub_->memory, terms.who) {
    share_.hold(terms.bytes);
}

void reply::observe(int status) {
    if (hub_->options.observe)
        hub_->options.observe(route_, status, std::chrono::steady_clock::now() - began_);
}

void reply::tell() {
    if (told_ || gone_) return;
    told_ = true;
    mailbox_->put(shared_from_this());
}

/// Who did something is told so, whatever memory there is; and what is short takes no more than
/// saying that there is none.
int reply::put(http::response what) {
    head_ = format(what, how_);
    body_ = std::move(what.body);
    bool const is_owed = !terms_.is_safe || body_.empty();
    if (!is_owed && !share_.try_hold(unsent())) {
        what = too_busy();
        body_ = {};
        head_ = format(what, how_);
    }
    share_.hold(unsent());
    return what.status;
}

/// For want of memory there may be no answer. Then the connection ends: nobody waits for one.
int reply::put_or_end(http::response what) noexcept {
    try {
        return put(std::move(what));
    } catch (...) {
        head_ = {};
        body_ = {};
        how_.keep_alive = false;
        share_.hold(unsent());
        return 500;
    }
}

void reply::answer(http::response what) {
    std::lock_guard const lock(mutex_);
    if (phase_ != phase::waiting || gone_) return observe(what.status);
    phase_ = phase::ended;
    observe(put_or_end(std::move(what)));
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
    share_.hold(unsent());
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
    auto const waiting = unsent();  // one great piece alone is no sign of slowness
    auto const after = waiting + bytes.size();
    bool const too_slow = waiting > 0 && after > hub_->options.limits.stream_bytes;
    if (too_slow || !share_.try_hold(after)) {
        how_.chunked = false;  // cut off without the chunk that would say "complete"
        end();
        return false;
    }
    if (how_.chunked)
        append_chunk(head_, bytes);
    else
        head_ += bytes;
    share_.hold(unsent());
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
    return unsent();
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

void reply::on_leave(std::function<void()> call) {
    {
        std::lock_guard const lock(mutex_);
        if (!left_) {
            on_leave_ = std::move(call);
            return;
        }
    }
    call();
}

void reply::leave() {
    std::function<void()> call;
    {
        std::lock_guard const lock(mutex_);
        left_ = true;
        call.swap(on_leave_);
        if (phase_ != phase::waiting) return;
    }
    if (call) call();
}

reply::part reply::take(bool nothing_in_flight) {
    std::lock_guard const lock(mutex_);
    told_ = false;
    bool const ended = phase_ == phase::ended && !taken_last_;
    if (auto make = std::exchange(make_, {})) observe(put_or_end(made_by(make)));
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

bool reply::minds_leaving() const {
    std::lock_guard const lock(mutex_);
    return phase_ == phase::waiting && on_leave_;
}

void reply::sent() {
    std::function<void()> call;
    {
        std::lock_guard const lock(mutex_);
        in_flight_ = 0;
        share_.hold(unsent());
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
    leave();
    std::function<void()> call;
    std::function<void()> dropped;
    std::move_only_function<http::response()> unmade;
    {
        std::lock_guard const lock(mutex_);
        if (gone_) return;
        gone_ = true;
        if (phase_ != phase::waiting) share_.hold(0);  // else the request is still worked on
        head_ = {};
        body_ = {};
        unmade.swap(make_);
        call.swap(on_close_);
        dropped.swap(on_room_);
        if (is_stream_) hub_->streams.fetch_sub(1, std::memory_order_relaxed);
    }
    if (call) call();
}

}  // namespace diptych::edge
