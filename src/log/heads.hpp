/// @file
/// The last versions of the streams that were written or asked for lately.
///
/// Bounded by two generations: a full one makes the one before it be forgotten. `forgotten_to` says
/// up to where that may matter: a stream that is not here has not been written after it.
#pragma once

#include "log/number_table.hpp"

#include <diptych/position.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log {

/// One thread at a time changes it and needs no guard to read; has() is thread-safe.
class heads {
public:
    /// Keeps between `generation_max` and twice as many streams.
    explicit heads(std::size_t generation_max) : generation_max_(generation_max) {}

    bool has(std::string_view stream) const;

    std::optional<version> find(std::string_view stream) const;

    /// The version remembered, for changing it; null if there is none. `now` as for set(). Valid
    /// until the next call.
    version* changeable(std::string_view stream, position now);

    /// Remembers a version, written or found at `now`, the last position so far.
    void set(std::string_view stream, version at, position now);

    position forgotten_to() const { return forgotten_to_; }

    /// Forgets everything.
    void clear(position now);

private:
    struct entry {
        std::size_t name_at;
        std::size_t name_size;
        version at;
    };
    struct generation {
        std::string names = {};
        std::vector<entry> entries = {};
        number_table by_name = {};
        position until = {};  // the last position when it became full

        /// Its place in `entries`.
        std::optional<std::uint32_t> find(std::string_view stream, std::uint32_t hash) const;
        void add(std::string_view stream, std::uint32_t hash, version at);
    };

    version* young(std::string_view stream, std::uint32_t hash);
    version* add(std::string_view stream, std::uint32_t hash, version at, position now);

    std::size_t const generation_max_;
    position forgotten_to_{};
    std::shared_mutex mutable mutex_;  // guards what follows, but for versions, against has()
    std::unique_ptr<generation> young_ = std::make_unique<generation>();
    std::unique_ptr<generation> old_ = std::make_unique<generation>();
};

}  // namespace diptych::log
