/// @file
/// Which events: by type and by the ids they carry. The query of a dynamic consistency boundary
/// (https://dcb.events), also used for reading and following.
#pragma once

#include <diptych/event.hpp>

#include <string>
#include <vector>

namespace diptych {

/// Any of the types and all of the ids. No types: every type. No tags: every event of those types.
struct query_item {
    std::vector<std::string> types = {};
    std::vector<std::string> tags = {};  ///< Ids carried: home stream or tag.

    bool operator==(query_item const&) const = default;
};

/// One item must match. No items: every event.
struct query {
    std::vector<query_item> items = {};
    std::string category = {};  ///< Only events whose home stream is of this category. Empty: any.
    bool engine_events =
        false;  ///< Also the engine's own types. An item that names a `$` type gets it anyway.

    bool operator==(query const&) const = default;
};

/// Whether `event` is one of those that `what` asks for.
bool matches(query const& what, recorded_event const& event);

}  // namespace diptych
