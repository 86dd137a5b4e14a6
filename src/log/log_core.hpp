/// @file
/// What the parts of one log share.
#pragma once

#include "log/counters.hpp"
#include "log/heads.hpp"
#include "log/hint_list.hpp"
#include "log/id_maker.hpp"
#include "log/line_of_history.hpp"
#include "log/reader.hpp"
#include "log/sequenced_log.hpp"
#include "log/tail.hpp"

#include <diptych/clock.hpp>

#include <memory>

namespace diptych::log {

struct log_core {
    std::unique_ptr<engine> behind;
    line_of_history line;
    tail newest;
    heads known;
    clock& time;
    id_maker ids;
    limits bounds;
    counters count = {};
    hint_list hints = {};

    /// As things are now.
    reader read() const { return reader(*behind, line, newest.pin()); }
};

}  // namespace diptych::log
