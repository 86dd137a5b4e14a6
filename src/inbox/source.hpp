/// @file
/// A source of foreign messages, as its file declares it: docs/reference/inbox.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::inbox {

/// What is asked of the order of the messages of one source stream.
enum class ordering {
    tolerant,    ///< Nothing: they pass as they arrive.
    strict,      ///< None passes that is older than one that has passed.
    resequence,  ///< Each waits until the one before it has passed.
};

/// The word of the file: "tolerant", "strict", "resequence".
std::string_view to_string(ordering mode);

/// A field of `data` that holds an id. It becomes the tag `<kind>-<value>`.
struct id_field {
    std::string kind;
    std::string field;
};

/// Messages of a type wait until an event of one of `types` has been recorded about the same id.
struct prerequisite {
    std::string type;        ///< "delivery_picked_up", or a prefix if `is_prefix`.
    bool is_prefix = false;  ///< From "ticket_*".
    std::vector<std::string> types;
    std::string id;  ///< A kind of the source's ids.
};

/// See the file comment. Thread-compatible.
struct source {
    std::string name;  ///< As in the address: lower case letters, digits and '_'.
    ordering mode = ordering::tolerant;
    std::chrono::microseconds wait_max = std::chrono::hours{1};  ///< Then it is a dead letter.
    std::size_t held_max = 10'000;  ///< Messages that wait, dead letters apart.
    std::vector<id_field> ids = {};
    std::vector<prerequisite> after = {};

    bool is_ordered() const { return mode != ordering::tolerant; }

    /// The one for this type: the exact name, else the longest prefix. Null if there is none.
    prerequisite const* find_prerequisite(std::string_view type) const;

    /// Home of the messages of a source stream that have passed: "inbox.order-o1".
    std::string home_of(std::string_view stream) const {
        return "inbox." + name + "-" + std::string(stream);
    }

    /// Stream of the records about those that wait: "$inbox-order".
    std::string records_stream() const { return "$inbox-" + name; }
};

}  // namespace diptych::inbox
