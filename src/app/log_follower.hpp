/// @file
/// Keeps a copy of another log up to date, over whatever leads there.
#pragma once

#include "log/segments/kept_copy.hpp"
#include "log/stored.hpp"
#include "storage/disk.hpp"

#include <diptych/application.hpp>
#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace diptych::app {

/// Asks the other log for a piece of itself. Fails with unavailable while it is not there.
using piece_source = std::function<result<log::stored_piece>(log::stored_place const& from)>;

/// A passive object: step() is one thread's, status() thread-safe. Keeps references: disk and clock
/// must outlive it.
class log_follower {
public:
    /// `name` is what the source is called in messages. If `folder` has a copy already, the source
    /// need not be there. Blocking.
    ///
    /// Fails as kept_copy::open() does, and with what the source says if it is asked.
    static result<std::unique_ptr<log_follower>> open(
        storage::disk& on,
        std::filesystem::path const& folder,
        clock& time,
        std::string name,
        piece_source ask
    );

    /// Fetches one piece. Whether there is more at once. Fails with what the source or
    /// kept_copy::take() fails with; the next step tries again.
    result<bool> step();

    /// How the source is, as last heard.
    source_status status() const;

private:
    log_follower(clock& time, std::string name, piece_source ask)
        : time_(time), ask_(std::move(ask)), status_{.name = std::move(name)} {}

    result<bool> take_next();

    clock& time_;
    piece_source const ask_;
    std::unique_ptr<log::segments::kept_copy> copy_;
    mutable std::mutex mutex_;
    source_status status_;  // guarded by mutex_
};

}  // namespace diptych::app
