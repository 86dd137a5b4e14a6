/// @file
/// Frozen postings, each on a connection of its own, and the pool that the connections come from.
#pragma once

#include "log/segments/index.hpp"
#include "log/segments/index_reader.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace diptych::log::segments {

/// Connections that wait to be used again. Thread-safe.
class reader_pool {
public:
    reader_pool(sqlite::location file, uuid const& log_id)
        : file_(std::move(file)), log_id_(log_id) {}

    /// One that is idle, or a new one. One whose file has been replaced is not used again.
    result<std::unique_ptr<index_reader>> take();

    /// Keeps it for the next, unless there are enough.
    void give_back(std::unique_ptr<index_reader> used);

    /// Puts a file that is whole and closed in the place of this one; meanwhile nobody opens it.
    result<void> replace_file(sqlite::location const& with);

    /// Closes the idle ones now, and the others when they are given back.
    void close();

private:
    std::unique_ptr<index_reader> take_idle();

    sqlite::location file_;
    uuid log_id_;
    std::mutex turnstile_;  // passed by who opens: else they could keep the next one out for ever
    std::shared_mutex opening_;  // held alone while there may be no file under the name
    std::mutex mutex_;           // guards everything below
    std::vector<std::unique_ptr<index_reader>> idle_;
    bool is_closed_ = false;
    bool is_replaced_ = false;
};

struct index_snapshot {
    std::shared_ptr<postings const> what;
    index_checkpoint at;
};

/// Takes a snapshot. It keeps the pool alive, and gives its connection back when released.
result<index_snapshot> take_snapshot(std::shared_ptr<reader_pool> const& from);

}  // namespace diptych::log::segments
