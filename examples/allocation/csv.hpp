/// @file
/// Tables of comma-separated values: read line by line, written with the quotes they need (RFC
/// 4180, without line breaks inside a field).
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shop::csv {

/// Fields of one line. Fails with invalid if a quote is not closed or stands in the wrong place.
diptych::result<std::vector<std::string>> split(std::string_view line);

/// One line without its end.
std::string join(std::vector<std::string> const& fields);

/// A line of a table: where it stands, and a field for each column asked for.
struct row {
    std::size_t line = 0;  ///< From 1; the header is line 1.
    std::vector<std::string> fields;
};

/// Reads the named columns of a table, in whatever order the file has them. Not thread-safe.
///
/// Keeps a reference: `in` must outlive the table.
class table {
public:
    /// Reads the header. Fails with invalid if a column is missing.
    static diptych::result<table> open(std::istream& in, std::vector<std::string> const& columns);

    /// The next line that is not empty; nullopt at the end. Fails with invalid on a line that has
    /// not as many fields as the header or a broken quote; reading can go on.
    diptych::result<std::optional<row>> next();

    std::size_t line() const { return line_; }  ///< Of the line read last.

private:
    table(std::istream& in, std::size_t width, std::vector<std::size_t> places)
        : in_(&in), width_(width), places_(std::move(places)) {}

    std::istream* in_;
    std::size_t width_;
    std::vector<std::size_t> places_;  // of the columns asked for, in the file's lines
    std::size_t line_ = 1;
};

}  // namespace shop::csv
