/// @file
/// How far the source streams have come.
#pragma once

#include "inbox/source.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace diptych::inbox {

/// Where one source stream stands.
struct passed {
    std::uint64_t last = 0;  ///< The source version that has passed; 0: none.
    version home{};          ///< The last version of its home stream.
};

/// Remembered for a bounded number of streams, else read from the newest event of the home stream.
/// Keeps references: source and log must outlive it. Not thread-safe.
class passed_versions {
public:
    passed_versions(source const& of, log::sequenced_log const& log, std::size_t streams_max)
        : source_(of), log_(log), generation_max_(streams_max / 2) {}

    /// Valid until the next call. Fails with what reading the log fails with.
    result<passed*> of(std::string_view stream);

    /// Forgets one, or everything: what was believed is not what was written.
    void forget(std::string const& stream);
    void clear();

private:
    result<passed> read(std::string_view stream) const;

    source const& source_;
    log::sequenced_log const& log_;
    std::size_t const generation_max_;
    std::unordered_map<std::string, passed> young_;
    std::unordered_map<std::string, passed> old_;
};

}  // namespace diptych::inbox
