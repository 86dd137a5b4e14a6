/// @file
/// SHA-256 of what comes piece by piece.
#pragma once

#include "log/hash.hpp"

#include <memory>
#include <string_view>

namespace diptych::log {

/// Not thread-safe.
class sha256_stream {
public:
    sha256_stream();
    sha256_stream(sha256_stream&&) noexcept;
    sha256_stream& operator=(sha256_stream&&) noexcept;
    ~sha256_stream();

    void add(std::string_view piece);

    /// Of all that was added. Once; nothing is added afterwards.
    hash256 end();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace diptych::log
