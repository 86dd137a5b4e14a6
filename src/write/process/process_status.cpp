#include "write/process/process_status.hpp"

namespace diptych::write {

std::string_view to_string(process_state state) {
    switch (state) {
        case process_state::running:
            return "running";
        case process_state::waiting:
            return "waiting";
        case process_state::stuck:
            return "stuck";
    }
    return "running";
}

}  // namespace diptych::write
