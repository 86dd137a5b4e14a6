#include <diptych/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace diptych::detail {

void assertion_failed(
    char const* condition, char const* sentence, char const* file, int line
) noexcept {
    std::fprintf(stderr, "diptych: %s (%s) at %s:%d\n", sentence, condition, file, line);
    std::abort();
}

}  // namespace diptych::detail
