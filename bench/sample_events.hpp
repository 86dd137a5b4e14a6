/// @file
/// The events of the benchmarks: 256 bytes of JSON data and 86 of metadata, over 10,000 streams at
/// random.
#pragma once

#include <diptych/append.hpp>

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace diptych::bench {

inline constexpr std::uint32_t stream_count = 10'000;

/// "account-<n>".
std::string stream_name(std::uint32_t stream);

/// A deposit of `amount` to the account.
event_data sample_event(std::uint32_t stream, int amount = 7);

/// Writes a view that keeps a balance per account, of the events of bank::context; `life` is
/// "async" or "inline".
void write_balance_view(std::string const& file, std::string const& life = "async");

/// Picks streams at random such that no two callers work on one, and knows their versions.
/// Thread-safe for different callers.
class stream_picker {
public:
    explicit stream_picker(std::size_t lanes = 256) : lanes_(lanes) {}

    /// A stream and the version it has now; the caller is taken to append one event to it.
    std::pair<std::uint32_t, version> next(std::size_t caller);

    std::size_t lanes() const { return lanes_; }

private:
    struct lane {
        std::uint64_t seed = 0;
        std::vector<std::uint64_t> versions;
    };
    std::size_t lanes_;
    std::array<lane, 1024> all_{};
};

}  // namespace diptych::bench
