/// @file
/// The contestants of durable appends: the public API, and the raw logs with the same load.
#pragma once

#include "harness.hpp"
#include "raw_log.hpp"
#include "sample_events.hpp"

#include <diptych/event_log.hpp>
#include <diptych/execute.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace diptych::bench {

/// How appends are asked for.
struct append_load {
    seconds length;
    std::size_t callers = 64;
    std::size_t batch = 1;
    bool is_waiting = false;  ///< A blocking thread a caller, instead of completions.
    bool has_checks = true;   ///< Each append names the version that it expects.
};

/// Ends the program, saying what failed.
[[noreturn]] void give_up(std::string_view what, std::string_view why);

template <class T>
void must(result<T> const& done, std::string_view what) {
    if (!done) give_up(what, done.error().message);
}

/// Must be accepted.
void must_accept(result<outcome> const& answer);

/// Events appended a second. `streams` knows the versions of the log's streams.
double append_rate(event_log& log, stream_picker& streams, append_load const& how);

/// Appends `events` in large batches.
void fill(event_log& log, stream_picker& streams, std::uint64_t events);

/// Events a second of a raw log under the same load.
double raw_append_rate(std::unique_ptr<raw_log> log, append_load const& how);

}  // namespace diptych::bench
