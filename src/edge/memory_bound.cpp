#include "edge/memory_bound.hpp"

namespace diptych::edge {

void memory_share::hold(std::size_t bytes) {
    if (bytes == bytes_) return;
    auto& held = who_ == need::vital ? of_.vital_ : of_.ordinary_;
    held.fetch_add(bytes - bytes_, std::memory_order_relaxed);  // modulo 2^64: also less
    bytes_ = bytes;
}

bool memory_share::try_hold(std::size_t bytes) {
    if (bytes > bytes_ && of_.is_full(who_)) return false;
    hold(bytes);
    return true;
}

http::response too_busy() {
    return http::problem(
        503, "too_busy", "requests and unread answers take all the memory that there is for them"
    );
}

}  // namespace diptych::edge
