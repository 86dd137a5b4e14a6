/// @file
/// One live query and all who read it: asked once for all of them, its changes kept for a while.
#pragma once

#include "read/row_changes.hpp"
#include "read/view_set.hpp"

#include <diptych/clock.hpp>
#include <diptych/http.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace diptych::edge {

/// What is asked. Who asks the same is in one group.
struct live_question {
    std::string view;
    read::url_query_parameters parameters = {};
    std::optional<read::claims> caller = {};  ///< Those that matter; nullopt: sees all rows.
    std::vector<std::string> claims = {};     ///< The names of those that matter.

    bool operator==(live_question const&) const = default;
};

/// A client, and how he came.
struct live_reader {
    http::stream to;
    std::optional<std::string> last_id = {};  ///< Of the last message he has got.
    std::optional<timestamp> until = {};      ///< When he is to ask again.
};

/// See the file comment. Thread-safe.
class live_group {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit live_group(live_question what) : what_(std::move(what)) {}

    live_question const& question() const { return what_; }

    /// Makes sure that it knows the rows, as of `least` if the view is there. Blocking. Fails as
    /// the query does.
    result<void> prepare(read::view_set const& views, position least);

    /// Sends a reader what he lacks, and from now on what changes. False if it has ended.
    bool add(live_reader one, time_point now);

    /// Whether there are readers, and rows that they may not have.
    bool is_due(read::view_mark const& now) const;

    /// Asks again, and tells the readers. An error that will last ends it. Whether it went well.
    /// Blocking.
    bool move_on(read::view_set const& views, time_point now);

    /// Says so to all readers and ends.
    void end(error const& why);

    /// Ends the streams of those whose time is up, and sends signs of life if none has been sent
    /// for so long.
    void look_after(time_point now, timestamp time, std::chrono::milliseconds heartbeat);

    /// Ends it if it has no readers. Whether it has ended.
    bool retire();

    bool has_ended() const;
    std::optional<time_point> idle_since() const;  ///< nullopt: there were readers.
    std::size_t bytes() const;                     ///< Of what it holds, about.

    // The hub's, guarded by its mutex.
    bool is_queued = false;
    time_point rests_until = {};

private:
    /// What changed between two positions. Nothing changed between it and the next one.
    struct move {
        position from;
        position to;
        std::string text;
    };
    result<void> ask(read::view_set const& views, time_point now);
    void take(read::query_answer found, time_point now);
    void send(std::string const& text, time_point now);
    void keep(move one);
    std::string id() const;
    std::string snapshot() const;
    std::optional<std::string> missed_since(std::string_view last_id) const;

    live_question const what_;
    std::mutex turn_;  // held by who asks the view; taken before the other

    mutable std::mutex mutex_;             // guards what follows
    std::optional<read::view_mark> mark_;  // from before the rows were read; nullopt: no rows yet
    std::string version_;
    token at_;
    std::vector<read::keyed_row> rows_;
    std::size_t rows_bytes_ = 0;
    position begin_;  // the first position that it knows what has changed since
    std::deque<move> moves_;
    std::size_t moves_bytes_ = 0;
    std::vector<live_reader> readers_;
    std::optional<time_point> idle_since_ = {};
    time_point last_sent_ = {};
    bool has_ended_ = false;
};

}  // namespace diptych::edge
