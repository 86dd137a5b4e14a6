/// @file
/// The message log: all events and all commands with their outcomes, and who wants to know of them.
///
/// Events and records of commands stand in the log; what is kept beside it is an index,
/// `messages.db`. Nobody who asks no question pays for it, unless the application keeps a message
/// log: then commands are recorded, and the index follows the log.
#pragma once

#include "base/patient_mutex.hpp"
#include "log/sequenced_log.hpp"
#include "messages/find_messages.hpp"
#include "messages/message_index.hpp"
#include "messages/recorder.hpp"
#include "messages/trace.hpp"
#include "sqlite/location.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::messages {

struct message_log_options {
    std::function<result<sqlite::location>()> file;  ///< Where the index is, once one is needed.
    bool records = false;                            ///< Commands are recorded, and it follows.
    std::chrono::microseconds patience = std::chrono::seconds{2};  ///< Of a question.
};

struct message_log_status {
    bool records = false;  ///< Commands are recorded.
    std::size_t waiting = 0;
    std::uint64_t dropped = 0;  ///< Without a record.
};

/// See the file comment. Thread-safe; record() is one thread's, and so is follow(). Keeps
/// references: log and clock must outlive it.
class message_log {
public:
    message_log(log::sequenced_log& log, clock& time, message_log_options options);

    /// Of a command that has been handled. Returns at once.
    void put(write::handled_command what) { recorder_.put(std::move(what)); }
    void on_work(std::function<void()> wake) { recorder_.on_work(std::move(wake)); }

    /// Appends some records. Does not wait for whoever asks. Whether there may be more at once.
    result<bool> record();

    /// Looks at a piece of the log. Whether there may be more at once.
    result<bool> follow();

    /// Appends the records that wait, whatever becomes of others: before the log is closed. Fails
    /// with what the last that could not be written failed with.
    result<void> flush();

    /// Blocking. Both look at what is new in the log first, and fail with unavailable (code
    /// "messages_behind") if that takes too long: whoever asks again finds it further on. While one
    /// looks at more than a little, others fail at once: they do not all wait for it.
    result<message_page> find(message_filter const& what);
    result<trace> trace_of(std::string_view correlation_id);

    message_log_status status() const;

private:
    result<bool> index_step();
    result<void> make_anew();
    template <class Question>
    auto ask(Question const& what) -> decltype(what());
    result<std::unique_lock<patient_mutex>> questioned();
    result<void> catch_up();

    log::sequenced_log& log_;
    clock& time_;
    message_log_options const options_;
    recorder recorder_;
    std::atomic<bool> is_far_behind_ = false;  // as whoever holds the mutex has found
    patient_mutex mutex_;                      // guards the index
    std::optional<message_index> index_;
};

}  // namespace diptych::messages
