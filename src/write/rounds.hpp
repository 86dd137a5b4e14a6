/// @file
/// The rounds of a unit: load and decide, propose, and look at what the log said. Most need one.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/attempt.hpp"
#include "write/decide_again.hpp"
#include "write/hot_states.hpp"
#include "write/state_loader.hpp"

#include <diptych/error.hpp>
#include <diptych/execute.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace diptych::write {

/// What the rounds work with.
struct round_tools {
    log::sequenced_log& log;
    state_loader& loader;
    hot_states& hot;
    watchdog const& watch;
    std::size_t rounds_max;
};

/// The next proposal of a unit, without `done`: decided on this thread, or to be decided in the
/// commit step. Reads the log.
result<log::proposal> next_proposal(round_tools const& tools, std::shared_ptr<attempt> const& of);

/// The answer, given what the log said; nullopt: another round is needed.
std::optional<result<outcome>> settle(round_tools const& tools, attempt& of, result<appended> said);

}  // namespace diptych::write
