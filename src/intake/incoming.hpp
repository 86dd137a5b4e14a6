/// @file
/// One incoming channel: brings messages from a broker to commands and to the inbox, each to its
/// effect once.
///
/// Passive: it owns no thread and asks nobody for the time. The broker is told that a message is
/// done with only when its effect is durable; what comes again is known by its id to whom it is
/// for. Of each key one message is under way at most. What can not be done is a dead letter, in the
/// log, and holds nothing up.
#pragma once

#include "intake/declaration.hpp"
#include "intake/effects.hpp"
#include "intake/receiver.hpp"
#include "intake/records.hpp"
#include "intake/status.hpp"
#include "intake/waiting.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/try.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::intake {

struct incoming_options {
    std::chrono::milliseconds take_wait{20};  ///< For a message, if there is nothing else to do.
    std::size_t letters_max = 10'000;         ///< One more, and it pauses.
    std::size_t retried_max = 1'000;          ///< Of retry_all().
    std::size_t page_bytes_max = 4u << 20;    ///< Of dead_letters() and retry_all(), and one more.
    std::size_t body_max = 1u << 20;          ///< Bytes of a dead letter's body that are kept.
};

/// See the file comment. Thread-safe; step() is one thread's at a time. Keeps references: log,
/// clock, random and effects must outlive it.
class incoming {
public:
    incoming(
        declaration of,
        log::sequenced_log& log,
        clock& time,
        random_source& random,
        effects& to,
        std::unique_ptr<receiver> from,
        incoming_options options = {}
    );
    ~incoming();
    incoming(incoming const&) = delete;
    incoming& operator=(incoming const&) = delete;

    declaration const& of() const { return of_; }

    /// Takes messages, has them done and tells the broker of those that are. Whether there may be
    /// more to do at once. Blocking, no longer than the receiver and an append.
    ///
    /// Fails as reading and appending do, and with corrupt (code "channel_record"); the next step
    /// tries again.
    result<bool> step();

    /// A message that somebody hands over. Returns at once; `done` is told what became of it when
    /// that is durable. Fails as receiver::offer() does, and with unavailable (code
    /// "intake_not_served") if look() said that nobody steps.
    result<void> offer(delivery message, verdict_taker done) {
        DIPTYCH_TRY(expect_served());
        return from_->offer(std::move(message), std::move(done));
    }

    /// Called when a step has something to do. Any thread.
    void on_work(std::function<void()> wake);

    /// Tells the broker of what is done by now, and takes nothing more.
    void stop();

    /// Finds out which dead letters there are, for a channel that nobody steps: it takes no message
    /// and retries none. Blocking. Fails as step() does.
    result<void> look();

    incoming_status status() const;

    /// By number, behind `after`; fewer than `limit` if they are large. Blocking.
    result<letter_page> dead_letters(version after, std::size_t limit);

    /// Fails with unavailable (code "intake_not_served") if look() said that nobody steps.
    result<void> expect_served() const;

    /// Ends a pause: what rests is tried again now. Nothing of that is recorded.
    void resume();

    /// Tries a dead letter again; it stays one until that is done. Blocking. Fails with not_found
    /// (code "no_such_dead_letter"), invalid (code "letter_cut") if not all of it was kept,
    /// unavailable (code "intake_not_served") if nobody steps, and as reading does.
    result<void> retry(version number);

    /// As retry(), of all, though not of more than so many at once. How many.
    result<std::size_t> retry_all();

    /// Lets a dead letter go. Blocking. Fails with not_found (code "no_such_dead_letter"), invalid
    /// (code "letter_goes_on"), and as appending does.
    result<void> drop(version number);

private:
    class operating;
    struct answers_box;

    struct failed_one {
        waiting_message one;
        std::string why;
    };

    struct kept_letter {
        letter what;
        delivery message;
    };

    void hint();

    // All with mutex_.
    result<void> open();
    result<bool> work(timestamp now);
    std::size_t take_answers(timestamp now);
    void take(key_queue& of, result<settled> const& said, timestamp now);
    result<void> record_all();
    std::size_t receive(timestamp now);
    std::size_t take_from_broker(std::size_t most, timestamp now);
    void put_off_senders(error const& why);
    void accept(delivery message, timestamp now);
    std::size_t start(timestamp now);
    result<appended> append(append_request request);
    result<void> park();
    result<void> record(std::vector<kept_letter> all);
    result<void> record_each(std::vector<kept_letter> all);
    result<void> release();
    result<std::size_t> try_again(version number);
    std::chrono::microseconds pause_after(int failures);
    std::string fresh_id(timestamp now);
    void count(settled const& said);
    void note_error(std::string_view why, timestamp now);
    void publish(timestamp now);

    declaration const of_;
    log::sequenced_log& log_;
    clock& time_;
    random_source& random_;
    effects& to_;
    incoming_options const options_;
    std::shared_ptr<answers_box> const box_;
    std::atomic<bool> is_served_ = true;
    std::atomic<int> operators_ = 0;  // waiting: the step lets them go first

    std::unique_ptr<receiver> const from_;

    mutable std::mutex mutex_;  // guards what follows
    bool is_open_ = false;
    bool is_uncertain_ = false;  // an append may yet turn out to have been recorded
    bool is_stopping_ = false;
    bool is_full_ = false;  // of dead letters: nothing is taken
    waiting waiting_;
    letters letters_;
    std::map<std::uint64_t, key_queue*> under_way_;  // by number of the attempt
    std::uint64_t attempts_ = 0;
    std::vector<failed_one> to_park_;
    std::vector<version> to_release_;
    int away_ = 0;  // times in a row that nobody was there
    timestamp not_before_{};
    incoming_status shown_;

    mutable std::mutex showing_;  // guards what follows
    incoming_status published_;
};

}  // namespace diptych::intake
