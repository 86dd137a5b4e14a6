#include "log/engine.hpp"

#include <diptych/try.hpp>

namespace diptych::log {

result<position> engine::visit(position from, std::size_t bytes_max, event_visitor const& visit)
    const {
    DIPTYCH_TRY(auto const some, frames(from, bytes_max));
    auto last = from - 1;
    for (auto const& frame : some)
        for (auto const& event : frame->events) {
            if (event.position < from) continue;
            DIPTYCH_TRY(visit(event));
            last = event.position;
        }
    return last;
}

}  // namespace diptych::log
