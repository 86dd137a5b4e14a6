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
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// What memory counts on for the sake of one append.
struct assumption {
    std::vector<held> taken = {};           ///< They have left the holding area.
    std::set<std::string> streams = {};     ///< Source streams that went on, or got one more held.
    std::optional<std::string> added = {};  ///< A message that is held.
};

/// All of it comes from the log. When something under way was refused, what was counted on is taken
/// back; when it is not known what became of it, all is thrown away. Not thread-safe.
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

    /// As if none of these had been counted on, while nothing else is under way. Fails with what
    /// reading the log fails with, and is of no use then.
    result<void> take_back(std::vector<assumption> all);
};

/// Why a message can not pass now, in words; nothing if it can.
result<std::optional<std::string>> reason_to_wait(
    source const& of, memory& in, message const& what
);

/// Whether one that is held can pass now.
result<bool> can_pass(source const& of, memory& in, held const& one);

}  // namespace diptych::inbox
