/// @file
/// What idempotency asks of the log: has this command, has this event been here before?
#pragma once

#include "log/record.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace diptych::log {

class past {
public:
    virtual ~past() = default;

    virtual result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
        const = 0;

    /// Where an event of this id stands in this stream.
    virtual result<std::optional<position>> find(std::string_view stream, uuid const& id) const = 0;

    /// Events at consecutive positions.
    virtual result<page> fetch(position first, std::size_t count) const = 0;
};

}  // namespace diptych::log
