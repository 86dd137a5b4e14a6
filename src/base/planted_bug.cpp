#include "base/planted_bug.hpp"

#ifdef DIPTYCH_PLANTS_BUGS

#include <atomic>

namespace diptych {

namespace {
std::atomic<bug> planted = bug::none;
}

void plant(bug which) { planted = which; }
bool is_planted(bug which) { return planted.load(std::memory_order_relaxed) == which; }

}  // namespace diptych

#endif
