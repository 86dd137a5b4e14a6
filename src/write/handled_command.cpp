#include "write/handled_command.hpp"

namespace diptych::write {

handled_command handled(attempt const& of, result<outcome> const& answer, timestamp now) {
    handled_command made{
        .parts = {},
        .caller = of.options.caller,
        .received = of.now,
        .took = now - of.now,
        .answer = answer
    };
    for (auto const& one : of.parts)
        made.parts.push_back(
            {.command = one.command,
             .value = one.value,
             .metadata = one.metadata,
             .body_bytes = one.body_bytes,
             .events = one.made}
        );
    return made;
}

}  // namespace diptych::write
