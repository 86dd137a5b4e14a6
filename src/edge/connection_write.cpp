// The sending half of a connection.
#include "edge/connection.hpp"

#include <boost/asio/buffer.hpp>

#include <array>

namespace diptych::edge {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t gathered_max = 16;  // buffers in one write
constexpr std::size_t gathered_bytes_max = 256u << 10;
constexpr auto linger_time = std::chrono::milliseconds{2'000};
}  // namespace

void connection::flush() {
    if (closed_ || lingering_ || waiting_to_write_) return;
    for (gather(); !out_.empty(); gather())
        if (!send()) return;
    on_all_sent();
}

void connection::gather() {
    if (out_.empty()) unread_since_ = loop_.now();
    std::size_t bytes = 0;
    while (!replies_.empty() && out_.size() < gathered_max && bytes < gathered_bytes_max) {
        auto part = replies_.front()->take(out_.empty());
        if (!part.is_there) return;
        bytes += part.body.size();
        if (!part.head.empty()) out_.push_back(std::move(part.head));
        if (!part.body.empty()) out_.push_back(std::move(part.body));
        if (part.is_stream) streaming_ = replies_.front();
        if (!part.is_last) return;

        replies_.front()->owner = nullptr;
        sending_.push_back(std::move(replies_.front()));
        replies_.erase(replies_.begin());
        if (part.keep_alive) continue;
        input_ended_ = true;
        last_answer_taken_ = true;
        for (auto const& behind : std::exchange(replies_, {})) behind->abandon();
    }
}

/// Whether all has gone; if not, it goes on when the socket takes more.
bool connection::send() {
    while (!out_.empty()) {
        std::array<asio::const_buffer, gathered_max + 1> buffers;
        std::size_t count = 0;
        for (auto const& one : out_)
            if (count < buffers.size()) buffers[count++] = asio::buffer(one);
        buffers[0] += out_sent_;
        error_code failed;
        auto sent = socket_.write_some(std::span{buffers}.first(count), failed);
        if (failed == asio::error::would_block) return wait_writable(), false;
        if (failed) return close(), false;

        write_since_ = loop_.now();
        sent += out_sent_;
        std::size_t gone = 0;
        while (gone < out_.size() && sent >= out_[gone].size()) sent -= out_[gone++].size();
        if (gone > 0) unread_since_ = loop_.now();
        out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(gone));
        out_sent_ = sent;
    }
    if (auto const one = std::move(streaming_)) {
        one->sent();
        if (!one->owner) one->abandon();  // its last part
    }
    sending_.clear();
    return true;
}

void connection::wait_writable() {
    waiting_to_write_ = true;
    write_since_ = loop_.now();
    socket_.async_wait(
        asio::socket_base::wait_write,
        [self = shared_from_this()](error_code const& failed) {
            self->waiting_to_write_ = false;
            if (self->closed_) return;
            if (failed) return self->close();
            self->flush();
            self->loop_.deliver();
        }
    );
}

void connection::on_all_sent() {
    if (replies_.empty()) {
        idle_since_ = loop_.now();
        bool const nothing_begun = !parser_.is_started() && leftover_.empty();
        if (last_answer_taken_ || (loop_.hub().draining && nothing_begun && !parsing_))
            return linger();
        if (eof_seen_) return close();
    }
    say_continue();
    resume();
    wait_readable();
}

/// Says that nothing more comes, and reads on for a moment: closing with unread bytes would reset
/// the connection and could destroy the answer on its way.
void connection::linger() {
    if (eof_seen_) return close();
    error_code failed;
    socket_.shutdown(asio::socket_base::shutdown_send, failed);
    if (failed) return close();
    lingering_ = true;
    linger_until_ = loop_.now() + linger_time;
    leftover_ = {};
    count();
    wait_readable();
}

}  // namespace diptych::edge
