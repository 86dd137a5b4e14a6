#include "endpoint/declared_channel.hpp"
#include "endpoint/state.hpp"

namespace diptych::endpoint {

std::string_view to_string(assurance what) {
    return what == assurance::best_effort ? "best_effort" : "at_least_once";
}

std::string_view to_string(channel_state what) {
    switch (what) {
        case channel_state::running:
            return "running";
        case channel_state::waiting:
            return "waiting";
        case channel_state::paused:
            return "paused";
        case channel_state::failing:
            return "failing";
        case channel_state::stopped:
            return "stopped";
    }
    return "";
}

}  // namespace diptych::endpoint
