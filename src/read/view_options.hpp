/// @file
/// Bounds and habits of the views of one log.
#pragma once

#include "sqlite/location.hpp"

#include <diptych/model.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace diptych::read {

struct view_options {
    std::vector<model::event> events = {};    ///< Of all contexts: what `@on` may name and bind.
    sqlite::disk_vfs const* files = nullptr;  ///< Null: the machine's disk.
    int wal_pages = 1000;                     ///< Of a view, before they are moved into its file.
    bool is_beside_log = false;  ///< On the disk of the log: one is full when the other is.
    std::size_t batch_events_max = 10'000;
    std::size_t batch_bytes_max = 8u << 20;
    std::chrono::microseconds batch_time_max = std::chrono::milliseconds{200};
    /// At the start, a view whose file has changed is served as it was until the new version has
    /// been built beside it; else the new version is built first.
    bool builds_beside = false;
    int attempts_max = 5;  ///< Of an event that a view fails on, before the view pauses.
    std::size_t dead_letters_max = 10'000;  ///< Of a view that parks; it pauses before one more.
    std::chrono::microseconds pause_min = std::chrono::milliseconds{100};  ///< Doubles each time.
    std::chrono::microseconds pause_max = std::chrono::seconds{30};
    std::size_t connections_max = 8;  ///< For queries, of each view; one more is unavailable.
    std::chrono::microseconds query_time_max =
        std::chrono::seconds{10};  ///< Longer ones are ended.
    /// Told how far a view has come while it catches up at the start: its name, the position it
    /// shows, the end of the log. On the starting thread.
    std::function<void(std::string_view view, std::uint64_t done, std::uint64_t of)> progress = {};
};

}  // namespace diptych::read
