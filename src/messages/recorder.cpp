#include "messages/recorder.hpp"

#include "messages/command_record.hpp"

#include <iterator>
#include <utility>

namespace diptych::messages {

namespace {

// Of one append: far below what one may have, even if each body is as long as it may be.
constexpr std::size_t units_at_once = 64;
constexpr std::size_t bytes_at_once = 1u << 20;

std::size_t bytes_of(event_data const& event) { return event.data.size() + event.metadata.size(); }

}  // namespace

void recorder::put(write::handled_command what) {
    std::lock_guard const lock(mutex_);
    if (waiting_.size() >= waiting_max) {
        ++dropped_;
        return;
    }
    waiting_.push_back(std::move(what));
    if (wake_) wake_();  // under the lock: it is not called once it has been replaced
}

std::deque<write::handled_command> recorder::take() {
    std::lock_guard const lock(mutex_);
    std::deque<write::handled_command> some;
    while (!waiting_.empty() && some.size() < units_at_once) {
        some.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return some;
}

void recorder::put_back(std::deque<write::handled_command> some) {
    std::lock_guard const lock(mutex_);
    waiting_.insert(
        waiting_.begin(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end())
    );
}

result<bool> recorder::step() {
    auto some = take();
    if (some.empty()) return false;
    append_request request;
    std::size_t bytes = 0;
    std::size_t taken = 0;
    for (; taken < some.size() && bytes < bytes_at_once; ++taken)
        for (auto& record : command_records(some[taken])) {
            bytes += bytes_of(record);
            request.events.push_back(std::move(record));
        }
    std::deque<write::handled_command> rest(
        std::make_move_iterator(some.begin() + static_cast<std::ptrdiff_t>(taken)),
        std::make_move_iterator(some.end())
    );
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(taken), some.end());
    if (!rest.empty()) put_back(std::move(rest));
    auto const said = log_.append(std::move(request));
    if (said) return waiting() > 0;
    if (said.error().kind == errc::unavailable) {
        put_back(std::move(some));
    } else {
        std::lock_guard const lock(mutex_);
        dropped_ += some.size();
    }
    return std::unexpected(said.error());
}

std::size_t recorder::waiting() const {
    std::lock_guard const lock(mutex_);
    return waiting_.size();
}

std::uint64_t recorder::dropped() const {
    std::lock_guard const lock(mutex_);
    return dropped_;
}

void recorder::on_work(std::function<void()> wake) {
    std::lock_guard const lock(mutex_);
    wake_ = std::move(wake);
}

}  // namespace diptych::messages
