/// @file
/// A progress bar on standard error, if that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::cli {

/// Draws at most ten times a second; removes itself when destroyed. Not thread-safe.
class progress_bar {
public:
    explicit progress_bar(std::string what);
    ~progress_bar();
    progress_bar(progress_bar const&) = delete;
    progress_bar& operator=(progress_bar const&) = delete;

    void show(std::uint64_t done, std::uint64_t of);

private:
    std::string what_;
    bool const terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point start_;
    std::chrono::steady_clock::time_point next_;
};

/// For application_options::progress: draws in `bar`, a new one for each kind of work. Keeps a
/// reference: `bar` must outlive it.
std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)> drawn_in(
    std::optional<progress_bar>& bar
);

}  // namespace diptych::cli
