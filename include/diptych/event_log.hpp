/// @file
/// The log: one total order of events, appended under conditions and read from anywhere.
///
/// Positions are dense and in commit order. A reader that has seen position n has seen everything
/// before n, and sees only what is durable. See docs/explanation/guarantees.md.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace diptych {

enum class direction : bool { forward, backward };

/// Which events of the whole log to read. All fields are optional.
struct read_options {
    query what = {};
    position after = {
    };  ///< Forward: from the next one on. Backward: ignored if 0, else before it.
    std::optional<position> up_to = {};  ///< As of: nothing later than this.
    std::size_t limit = 512;             ///< Events in the page, 1..10,000.
    diptych::direction direction = diptych::direction::forward;
};

/// Which events of one stream to read.
struct stream_options {
    version from{1};  ///< First version wanted; backward: the highest, 0 for the last one.
    std::optional<position> up_to = {};  ///< As of: nothing recorded later than this.
    std::size_t limit = 512;
    diptych::direction direction = diptych::direction::forward;
    bool engine_events = false;  ///< Also the engine's own types.
};

/// A registration for hints; unregisters when destroyed.
using hint_registration = std::shared_ptr<void>;

/// One ordered log. Thread-safe.
class event_log {
public:
    virtual ~event_log() = default;

    /// Appends all of the events or none. Blocking, until they are durable and inline views show
    /// them.
    ///
    /// Fails with conflict if the condition does not hold (the facts name position, type and stream
    /// of the event that beat it), refused if an inline view's constraint says no, invalid if the
    /// request is malformed, its token is not of this log's history, or its command id was used
    /// with other bytes, unavailable if the queue is full or the log read-only, outcome_unknown if
    /// writing failed half-way.
    result<appended> append(append_request request) { return append_and_wait(std::move(request)); }

    /// As above, but returns at once. Calls back on the commit step's thread, exactly once.
    virtual void append(
        append_request request, std::move_only_function<void(result<appended>)> done
    ) = 0;

    /// Events of the whole log. Fails with invalid if the limit is out of range, corrupt if stored
    /// data is.
    virtual result<page> read(read_options const& options) const = 0;

    /// Events of one home stream; an unknown stream is empty.
    virtual result<page> read_stream(std::string_view stream, stream_options const& options = {})
        const = 0;

    /// The stream's last version; 0 if it is empty.
    virtual result<version> stream_version(std::string_view stream) const = 0;

    /// The last durable event: what has been read up to here has been read.
    virtual token end() const = 0;

    /// The last position recorded at or before `when`; 0 if there is none.
    virtual result<position> position_at(timestamp when) const = 0;

    /// Whether the token lies on this log's line of history. Fails with invalid (code
    /// "foreign_token" or "future_token") if not.
    virtual result<void> check(token const& point) const = 0;

    /// Calls `hint` whenever there may be more events. A hint is only a hint: read to find out.
    /// Called on the commit step's thread; must be quick and must not call the log.
    virtual hint_registration on_more(std::function<void()> hint) = 0;

private:
    virtual result<appended> append_and_wait(append_request request) = 0;
};

}  // namespace diptych
