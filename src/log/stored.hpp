/// @file
/// A log as it is stored, for copies elsewhere that are kept up to date: its bytes, and where to go
/// on.
#pragma once

#include "log/hash.hpp"

#include <diptych/position.hpp>
#include <diptych/uuid.hpp>

#include <cstdint>
#include <string>

namespace diptych::log {

/// Where a copy goes on, and what it has so far.
struct stored_place {
    position segment{};        ///< The first position of that segment; 0: the first one of the log.
    std::uint64_t offset = 0;  ///< In its file.
    diptych::epoch epoch{};    ///< Of the segment, if its header is there.
    position at{};             ///< The last event that the copy has, and the chain after its
    hash256 chain{};           ///< newest frame: it must lie on the log's line.
};

/// Bytes that stand there, all of them durable.
struct stored_piece {
    uuid log_id;
    token end = {};            ///< Of the log.
    position segment{};        ///< What the bytes are of; 0: the log has nothing yet.
    std::uint64_t offset = 0;  ///< Where they begin.
    std::string bytes = {};
    std::uint64_t size = 0;  ///< As far as the segment reaches now; a whole frame ends there.
    bool is_sealed = false;  ///< It stays so.
    position next{};         ///< The segment behind; 0: there is none yet.
};

}  // namespace diptych::log
