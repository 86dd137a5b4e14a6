/// @file
/// The parts of the checker: what each kind of attempt, and the log, may show.
#pragma once

#include "sim/checker.hpp"
#include "sim/evidence.hpp"

#include <optional>
#include <string>

namespace diptych::sim {

/// A promise that is broken, in a line or two.
using complaint = std::optional<std::string>;

complaint check(
    evidence const& in, rules const& domain, attempt const& of, append_attempt const& one
);
complaint check(
    evidence const& in, rules const& domain, attempt const& of, command_attempt const& one
);
complaint check(
    evidence const& in, rules const& domain, attempt const& of, read_attempt const& one
);
complaint check(
    evidence const& in, rules const& domain, attempt const& of, query_attempt const& one
);

complaint check(
    evidence const& in, rules const& domain, attempt const& of, message_attempt const& one
);

complaint check(
    evidence const& in, rules const& domain, attempt const& of, queue_attempt const& one
);

complaint check(
    evidence const& in, rules const& domain, attempt const& of, completion_attempt const& one
);

/// What is wrong with a failure that is none of the domain's.
complaint check_failure(evidence const& in, attempt const& of, error const& why);

/// An answer is of the one line of history that there is: nothing is restored in these runs.
complaint check_epoch(std::uint32_t of);

/// Each request stands once as a whole or not at all, and not if all of its attempts were told so;
/// of the operations under one id at most one.
complaint check_appends(evidence const& in);
complaint check_messages(evidence const& in);
complaint check_commands(evidence const& in, rules const& domain);

/// No input is reacted to twice in an instance. Each command that a process asks for has an id of
/// its own and one answer, which says what stands of it. A timer comes due once, if it runs, not
/// too early, and none that was due is left at rest.
complaint check_processes(evidence const& in);

/// Each command of the queue stands there once, is executed behind that and behind those before it
/// of its key, and has one answer, which says what stands of it. At rest none waits.
complaint check_queue(evidence const& in);

}  // namespace diptych::sim
