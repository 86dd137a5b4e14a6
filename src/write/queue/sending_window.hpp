/// @file
/// How many commands may be under way at once: fewer when the log says that it has too many.
#pragma once

#include <algorithm>
#include <cstddef>

namespace diptych::write {

/// Grows by one with each answer, halves when something was unavailable: additive increase,
/// multiplicative decrease, as in "Congestion Avoidance and Control" (Jacobson, SIGCOMM 1988). Not
/// thread-safe.
class sending_window {
public:
    explicit sending_window(std::size_t most) : most_(most), size_(most) {}

    std::size_t size() const { return size_; }
    void note_answer() { size_ = std::min(most_, size_ + 1); }
    void note_unavailable() { size_ = std::max<std::size_t>(1, size_ / 2); }

private:
    std::size_t most_;
    std::size_t size_;
};

}  // namespace diptych::write
