#include "log/engine.hpp"

#include <diptych/try.hpp>

namespace diptych::log {

result<position> engine::visit(stretch const& of, std::size_t bytes_max, event_visitor const& visit)
    const {
    DIPTYCH_TRY(auto const some, frames(of.after + 1, bytes_max));
    auto last = of.after;
    for (auto const& frame : some)
        for (auto const& event : frame->events) {
            if (event.position <= of.after || event.position > of.up_to) continue;
            DIPTYCH_TRY(visit(event));
            last = event.position;
        }
    return last;
}

}  // namespace diptych::log
