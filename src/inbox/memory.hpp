/// @file
/// What messages of one source are judged against: what is recorded, and what is under way.
#pragma once

#include "inbox/holding_area.hpp"
#include "inbox/known_ids.hpp"
#include "inbox/passed_versions.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// All of it comes from the log, and is thrown away when something under way has failed. Not
/// thread-safe.
struct memory {
    holding_area area;
    passed_versions passed;
    known_ids known;

    /// Those that may be able to pass, by version and arrival.
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> ready = {};
    std::uint64_t arrivals = 0;  ///< The last one's number.
    position followed{};         ///< Events up to here are known to those that wait for ids.

    void look_at(held const& one) {
        ready.emplace(std::pair{one.what->version, one.arrival}, one.what->id);
    }

    /// An event of this type has been recorded about this id, or stands before what it makes pass.
    /// The ids of the messages that waited for it.
    std::vector<std::string> note(std::string_view type, std::string_view id_name);
};

/// Why a message can not pass now, in words; nothing if it can.
result<std::optional<std::string>> reason_to_wait(
    source const& of, memory& in, message const& what
);

/// Whether one that is held can pass now.
result<bool> can_pass(source const& of, memory& in, held const& one);

}  // namespace diptych::inbox
