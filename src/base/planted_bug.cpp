#include "base/planted_bug.hpp"

#ifdef __SANITIZE_ADDRESS__

#include <atomic>

namespace diptych {

namespace {
std::atomic<bug> planted = bug::none;
}

void plant(bug which) { planted = which; }
bool is_planted(bug which) { return planted.load(std::memory_order_relaxed) == which; }

}  // namespace diptych

#endif
