/// @file
/// What a simulated file holds, and what of it would be there after a power loss.
#pragma once

#include <diptych/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

/// Bytes that a power loss keeps or takes as one.
inline constexpr std::size_t sector_bytes = 512;

/// Not thread-safe.
class file_content {
public:
    /// `number`: of this file among all that there were.
    explicit file_content(std::uint64_t number) : number_(number) {}

    std::uint64_t number() const { return number_; }
    std::string const& bytes() const { return seen_; }  ///< As programs see them.

    void write(std::size_t offset, std::string_view bytes);
    void cut(std::size_t size);

    /// Makes everything durable.
    void sync();

    /// As Linux does when a sync fails: pages count as clean, and those that could not be written
    /// are not durable; any of them may be. What the journal keeps is not forgotten: a size that
    /// was cut.
    void fail_sync(random_source& chance);

    /// Of what was not synced, each sector is there or not.
    void lose_power(random_source& chance);

    /// As if it had been so for ever.
    void replace(std::string bytes);

private:
    struct change {
        std::size_t offset;  // the new size, if is_cut
        std::string bytes;
        bool is_cut = false;
    };
    void apply(change const& one, std::size_t from, std::size_t size);
    void apply_some(change const& one, random_source& chance);

    std::uint64_t number_;
    std::string seen_;
    std::string durable_;          // as it was synced last
    std::vector<change> changes_;  // since then
};

}  // namespace diptych::sim
