/// @file
/// What a query on a view is asked with and what it answers.
#pragma once

#include <diptych/position.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::read {

/// Name and value as they came in the URL, percent-decoded, in order; a name may repeat.
using url_query_parameters = std::vector<std::pair<std::string, std::string>>;

/// Whether all rows that match are counted, those of other pages too.
enum class counting : std::uint8_t {
    none,
    estimated,  ///< Up to counted_cheaply_max, which takes a bounded time.
    exact,      ///< All, in the time that a query has.
};

inline constexpr std::uint64_t counted_cheaply_max = 10'000;

/// What is known of who asks: names and values as text; a name may have several.
using claims = std::vector<std::pair<std::string, std::string>>;

/// How a query is answered, besides what its parameters say.
struct query_options {
    counting count = counting::none;
    std::optional<claims> caller = {};  ///< nullopt: sees all rows.
    bool is_live = false;               ///< Of a live query: `keyed`, and no pages.
    std::string version = {};  ///< The id of the one that answers; empty: the one that is served.
    std::optional<position> as_of = {};  ///< Rows as they were there; it lies on the log.
};

/// A row and what it is known by. Both are JSON objects.
struct keyed_row {
    std::string key;  ///< The columns of the primary key, selected or not.
    std::string row;
};

inline constexpr std::size_t live_rows_max = 1'000;

struct query_answer {
    std::string rows;  ///< A JSON array of objects.
    std::size_t count = 0;
    std::optional<std::string> next = {};       ///< The cursor of the next page, if there is one.
    std::optional<std::size_t> next_page = {};  ///< Its number, if pages were asked for by number.
    std::optional<std::size_t> skipped = {};    ///< Rows before the first; nullopt behind a cursor.
    std::optional<std::uint64_t> total = {};    ///< Rows that match, if they were counted.
    bool has_more = false;            ///< There are more than `total`, nobody has counted how many.
    bool is_private = false;          ///< Others may be answered other rows.
    std::uint32_t cache_seconds = 0;  ///< How long the answer may be kept; 0: ask each time.
    std::vector<keyed_row> keyed = {};  ///< The rows of a live query.
    std::string version = {};  ///< Of the view, and of what was done to what it has parked.
    /// The rows may not be what a replay of the log makes of them: how many events are parked.
    std::optional<std::uint64_t> diverged = {};
    token at = {};     ///< The rows show everything up to here.
    std::string etag;  ///< Hexadecimal; the same for the same rows of the same view version.
};

}  // namespace diptych::read
