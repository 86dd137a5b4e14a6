#include "sim/node_log.hpp"

#include <diptych/try.hpp>

#include <utility>
#include <vector>

namespace diptych::sim {

result<log_model> log_of(app::node& of) {
    std::vector<logged> events;
    diptych::read_options next{.what = {.engine_events = true}};
    while (true) {
        DIPTYCH_TRY(auto const page, of.log().read(next));
        for (auto const& event : page) events.push_back(owned(event));
        if (page.at_end()) return log_model{std::move(events)};
        next.after = page.seen().position;
    }
}

}  // namespace diptych::sim
