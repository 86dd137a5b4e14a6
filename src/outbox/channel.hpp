/// @file
/// One channel: carries events from the log to a receiver, at least once and in the order of each
/// stream.
///
/// Passive: it owns no thread and asks nobody for the time. Of each stream one message is under way
/// at most, so also through retries none overtakes another. How far it is, is recorded in the log,
/// never beyond the first event that was not delivered; after a crash it goes on from there.
#pragma once

#include "log/sequenced_log.hpp"
#include "outbox/declaration.hpp"
#include "outbox/lanes.hpp"
#include "outbox/progress.hpp"
#include "outbox/records.hpp"
#include "outbox/status.hpp"
#include "outbox/transport.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

struct channel_options {
    std::chrono::microseconds record_every = std::chrono::seconds{1};
    std::uint64_t record_after = 10'000;  ///< Positions passed, though nothing was delivered.
    std::size_t window_max = 4'096;       ///< Events behind the first that is not delivered.
    std::size_t bytes_max = 32u << 20;    ///< Of messages that wait.
    std::size_t page_max = 512;           ///< Events read at once.
    std::size_t letters_max = 10'000;     ///< Streams; one more, and it pauses.
};

/// See the file comment. Thread-safe; step() is one thread's at a time. Keeps references: log,
/// clock and random must outlive it. One without a transport can only be looked at.
class channel {
public:
    channel(
        declaration of,
        log::sequenced_log& log,
        clock& time,
        random_source& random,
        std::unique_ptr<transport> by,
        channel_options options = {}
    );

    declaration const& of() const { return of_; }

    /// Takes answers in, records, reads on and sends. Whether there may be more to do at once.
    /// Blocking, no longer than the transport and an append.
    ///
    /// Fails as reading and appending do, and with corrupt (code "channel_record"); the next step
    /// tries again.
    result<bool> step();

    /// Sends nothing more, waits a while for what is under way and records how far it is.
    /// Blocking. Fails as appending does.
    result<void> stop();

    /// Finds out how far it is, and nothing else: for a channel that is not stepped. Blocking.
    /// Fails as step() does.
    result<void> look();

    channel_status status() const;

    /// By stream, behind the one named `after`.
    result<std::vector<letter_status>> dead_letters(std::string_view after, std::size_t limit);

    /// Fails with unavailable (code "channel_not_served") if look() said that nobody steps.
    result<void> expect_served() const;

    /// Ends a pause: what was refused or failed is tried again now. Nothing of that is recorded.
    void resume();

    /// Delivers what is parked of a stream. Fails with not_found (code "no_such_dead_letter"), and
    /// as appending does.
    result<void> retry(std::string_view stream);

    /// As retry(), of all streams. How many.
    result<std::size_t> retry_all();

    /// Lets the first of what is parked of a stream go, or the message that the channel is paused
    /// at, or one that its receiver puts off again and again; the stream goes on behind it. Fails
    /// as retry() does.
    result<void> drop(std::string_view stream);

private:
    class operating;

    // All with mutex_.
    result<void> open();
    result<void> begin_now();
    result<bool> work(timestamp now);
    result<void> read_on();
    result<void> read_letters();
    result<bool> read_letter(letter& of);
    result<letter_status> status_of(letter const& one) const;
    bool is_held_up(lane const& of) const;
    void pass(lane& of);
    result<void> drop_again(letter& of);
    void send(timestamp now);
    bool take_answers(timestamp now);
    void take(told const& said, lane& of, timestamp now);
    void take_refusal(told const& said, lane& of, timestamp now);
    result<void> park();
    result<void> record(timestamp now, bool at_once);
    bool is_time_to_record(timestamp now) const;
    void note_error(std::string_view why, timestamp now);
    void publish(timestamp now);
    void show_pause();
    std::chrono::microseconds pause_after(int failures);

    struct refused_one {
        lane* of;
        std::string why;
    };

    declaration const of_;
    log::sequenced_log& log_;
    clock& time_;
    random_source& random_;
    channel_options const options_;
    std::atomic<bool> is_served_ = true;
    std::atomic<int> operators_ = 0;  // waiting: the step lets them go first

    mutable std::mutex mutex_;  // guards what follows
    std::unique_ptr<transport> by_;
    bool is_open_ = false;
    bool begins_now_ = false;  // and that is not recorded yet
    bool is_stopping_ = false;
    progress progress_;
    lanes lanes_;
    letters letters_;
    std::map<std::string, version, std::less<>> letters_read_;  // of those that go on: how far
    std::map<std::uint64_t, lane*> under_way_;                  // by ticket
    std::uint64_t tickets_ = 0;
    std::vector<refused_one> to_park_;
    std::vector<lane*> to_record_;    // held until their delivery is recorded
    std::vector<std::string> moved_;  // streams of letters: of some the first was delivered
    std::uint64_t unrecorded_ = 0;    // deliveries
    position recorded_{};             // up to here
    timestamp recorded_at_{};
    int away_ = 0;                       // times in a row that nobody was there
    int put_off_ = 0;                    // answers since the last delivery
    timestamp not_before_{};             // nothing is sent
    std::optional<std::string> paused_;  // at a message of this stream
    channel_status shown_;               // its counts are kept here

    mutable std::mutex showing_;  // guards what follows
    channel_status published_;
    position looked_at_{};
};

}  // namespace diptych::outbox
