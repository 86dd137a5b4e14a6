/// @file
/// Which events a channel delivers.
#pragma once

#include <diptych/event.hpp>
#include <diptych/query.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

/// A field of data and what it must be.
struct field_rule {
    std::string path;   ///< "total", "address.country"
    std::string value;  ///< A text, or a whole number or true or false as JSON has them.
    bool is_text = true;
};

/// All that is said must hold; nothing said takes every event of the application.
struct selection {
    std::vector<std::string> types = {};       ///< Names, or beginnings with a '*'. Any of them.
    std::vector<std::string> categories = {};  ///< Of home streams. Any of them.
    std::vector<std::string> kinds = {};       ///< Of ids, all of which it must carry.
    std::vector<field_rule> where = {};        ///< All of them.

    bool takes(recorded_event const& event) const;

    /// Whether it takes events of a type with a home in this category and ids of these kinds, but
    /// for what their data say.
    bool may_take(
        std::string_view type, std::string_view category, std::vector<std::string> const& ids
    ) const;

    /// What leaves out of a read as much as the log can tell by itself.
    query narrowed() const;
};

}  // namespace diptych::outbox
