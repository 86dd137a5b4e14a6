/// @file
/// Positions by name: which events an id, a type or a category has. The index has them for the
/// past, each block of the tail for what is newer; both look the same to a query.
#pragma once

#include "log/frame.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::log {

/// What a list of positions is for.
enum class posting_kind : char {
    name = 'n',  ///< Events that carry an id: its home events and those tagged with it.
    home = 'h',  ///< Events of a home stream only. (Derived from `name`; not stored on its own.)
    type = 'y',  ///< Events of a type.
    category = 'c',  ///< Events whose home stream is of a category.
};

struct posting_key {
    posting_kind kind;
    std::string_view text;
};

/// Positions [first, last] of the log with their postings. Thread-safe for reading. Immutable.
class postings {
public:
    virtual ~postings() = default;

    virtual position first() const = 0;
    virtual position last() const = 0;  ///< first - 1 when empty.

    /// Up to `limit` positions of `key` greater than `after`, ascending.
    virtual result<std::vector<position>> after(posting_key key, position after, std::size_t limit)
        const = 0;

    /// Up to `limit` positions of `key` less than `before`, descending.
    virtual result<std::vector<position>> before(
        posting_key key, position before, std::size_t limit
    ) const = 0;

    /// The last version of a home stream as of last(); nullopt if no event of it lies here.
    virtual result<std::optional<version>> last_version(std::string_view stream) const = 0;

    /// Up to `limit` positions of the home stream's events, from version `from` on, ascending.
    virtual result<std::vector<position>> from_version(
        std::string_view stream, version from, std::size_t limit
    ) const = 0;

    /// Where an event of this id stands in this stream, if it does here.
    virtual result<std::optional<position>> find(std::string_view stream, uuid const& id) const = 0;

    /// The recorded answer to a command, if it is here.
    virtual result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id)
        const = 0;
};

}  // namespace diptych::log
