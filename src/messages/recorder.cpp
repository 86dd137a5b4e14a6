#include "messages/recorder.hpp"

#include "messages/command_record.hpp"

#include <diptych/try.hpp>

#include <iterator>
#include <optional>
#include <utility>

namespace diptych::messages {

namespace {

// Of one append: far below what one may have.
constexpr std::size_t records_at_once = 1'000;
constexpr std::size_t bytes_at_once = 1u << 20;

std::size_t record_bytes(event_data const& event) {
    return event.stream.size() + event.data.size() + event.metadata.size();
}

// What a command holds on to, about.
std::size_t held_bytes(write::handled_command const& what) {
    std::size_t bytes = sizeof(what);
    for (auto const& one : what.parts) bytes += sizeof(one) + one.metadata.size() + one.body_bytes;
    if (!what.answer) return bytes + what.answer.error().message.size();
    for (auto const& event : what.answer->events)
        bytes += sizeof(event) + event.type.size() + event.stream.size();
    return bytes + what.answer->detail.size();
}

}  // namespace

void recorder::put(write::handled_command what) {
    auto const bytes = held_bytes(what);
    std::lock_guard const lock(mutex_);
    if (commands_ + what.parts.size() > waiting_max || bytes_ + bytes > waiting_bytes_max) {
        dropped_ += what.parts.size();
        return;
    }
    bytes_ += bytes;
    commands_ += what.parts.size();
    waiting_.push_back(std::move(what));
    if (wake_) wake_();  // under the lock: it is not called once it has been replaced
}

std::vector<event_data> recorder::take() {
    std::vector<event_data> some;
    for (std::size_t bytes = 0; bytes < bytes_at_once && some.size() < records_at_once;) {
        if (records_.empty()) {
            std::optional<write::handled_command> next;
            {
                std::lock_guard const lock(mutex_);
                if (waiting_.empty()) break;
                next = std::move(waiting_.front());
                waiting_.pop_front();
                bytes_ -= held_bytes(*next);
            }
            for (auto& record : command_records(*next)) records_.push_back(std::move(record));
            continue;
        }
        bytes += record_bytes(records_.front());
        some.push_back(std::move(records_.front()));
        records_.pop_front();
    }
    return some;
}

void recorder::put_back(std::vector<event_data> records) {
    records_.insert(
        records_.begin(),
        std::make_move_iterator(records.begin()),
        std::make_move_iterator(records.end())
    );
}

void recorder::is_done(std::size_t written, std::size_t dropped) {
    std::lock_guard const lock(mutex_);
    commands_ -= written + dropped;
    dropped_ += dropped;
}

// Where one of them can not be written, and it is not known which.
result<void> recorder::append_each(std::vector<event_data> records) {
    result<void> all;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto const said = log_.append({.events = {records[i]}});
        if (!said) all = std::unexpected(said.error());
        if (!said && said.error().kind == errc::unavailable) {
            records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(i));
            put_back(std::move(records));
            break;
        }
        is_done(said ? 1 : 0, said ? 0 : 1);
    }
    return all;
}

result<void> recorder::append(std::vector<event_data> records) {
    auto const count = records.size();
    auto const said = log_.append({.events = records});
    if (said) {
        is_done(count, 0);
        return {};
    }
    if (said.error().kind == errc::unavailable) {
        put_back(std::move(records));
    } else if (said.error().kind != errc::invalid || count == 1) {
        is_done(0, count);
    } else {
        return append_each(std::move(records));
    }
    return std::unexpected(said.error());
}

result<bool> recorder::step() {
    auto some = take();
    if (some.empty()) return false;
    DIPTYCH_TRY(append(std::move(some)));
    return waiting() > 0;
}

std::size_t recorder::waiting() const {
    std::lock_guard const lock(mutex_);
    return commands_;
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
