/// @file
/// States on disk, so that a long history need not be folded again. Only ever an optimisation: what
/// does not fit exactly is not used.
///
/// A snapshot is stamped with the log's id, its position with epoch and hash chain, the fingerprint
/// of the fold and the program's build id. A state with a `revision` is used across builds.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/folded_state.hpp"

#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// A snapshot that fits.
struct snapshot {
    folded_state state;
    bool of_another_build = false;  ///< To be checked now and then.
};

/// See the file comment. Thread-safe.
class snapshots {
public:
    /// Keeps a reference: the log must outlive it.
    snapshots(log::sequenced_log& log, std::string build_id, std::size_t pending_max)
        : log_(log), build_id_(std::move(build_id)), pending_max_(pending_max) {}

    /// The newest one at or before `up_to`; `ignored` says whether one was there and did not fit.
    std::optional<snapshot> load(
        model::state const& of, std::span<std::string const> names, position up_to, bool& ignored
    ) const;

    /// Remembers a state to be written by the next steps. False if there are too many already.
    bool offer(model::state const& of, std::span<std::string const> names, folded_state what);

    /// Writes one that was offered. False if none was. Fails with what the log says.
    result<bool> step();

private:
    struct offered {
        model::state const* of;
        std::vector<std::string> names;
        folded_state what;
    };

    bool keeps(model::state const& of) const;
    std::string lines_of(model::state const& of, std::string const& stamp) const;
    std::optional<snapshot> fitting(model::state const& of, std::string_view bytes, position up_to)
        const;

    log::sequenced_log& log_;
    std::string const build_id_;
    std::size_t const pending_max_;
    std::mutex mutex_;  // guards pending_
    std::vector<offered> pending_;
};

}  // namespace diptych::write
