/// @file
/// A bar on the terminal for work that takes a while; silent where there is no terminal.
#pragma once

#include <cstdint>
#include <string>

namespace shop {

/// Draws on standard error while it lives. Not thread-safe.
class progress {
public:
    progress(std::string what, std::uint64_t of);
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;
    ~progress();  ///< Ends the line.

    void at(std::uint64_t done);

private:
    std::string what_;
    std::uint64_t of_;
    bool shown_;
    int percent_ = -1;
};

}  // namespace shop
