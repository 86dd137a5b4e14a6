// Cursors: those that we made are read back, any other is refused.
#include "fuzz/target.hpp"
#include "log/hash.hpp"
#include "read/base64.hpp"
#include "read/cursor.hpp"

#include <bit>
#include <vector>

namespace diptych::fuzz {

namespace {

using model::cell;

std::vector<cell> row_of(pieces in) {
    std::vector<cell> row;
    while (!in.rest.empty() && row.size() < 8) {
        auto const kind = in.byte() % 4;
        if (kind == 0) row.emplace_back();
        if (kind == 1) row.emplace_back(static_cast<std::int64_t>(in.number(8)));
        if (kind == 2) row.emplace_back(static_cast<double>(in.number(8)) / 7);
        if (kind == 3) row.emplace_back(std::string(in.text(in.byte())));
    }
    return row;
}

}  // namespace

void view_cursor(std::string_view input) {
    require(read::from_base64(read::to_base64(input)) == std::string(input), "base64 is undone");
    require(read::from_base64(read::to_base64url(input)) == std::string(input), "for URLs, too");

    auto const row = row_of({input});
    auto const cursor = read::write_cursor(row, 42);
    require(
        read::read_cursor(cursor, 42, row.size()).or_throw() == row,
        "a cursor is read as it is written"
    );
    require(!read::read_cursor(cursor, 43, row.size()), "a cursor is good for its query alone");
    require(!read::read_cursor(cursor, 42, row.size() + 1), "a cursor has its query's columns");

    (void)read::read_cursor(input, 42, 1);
    // What passes the checksum may still be no row.
    auto bytes = std::string(input);
    for (auto const sum = log::crc32c(42, input); auto const shift : {0, 8, 16, 24})
        bytes += static_cast<char>(sum >> shift & 0xff);
    for (std::size_t columns = 0; columns < 4; ++columns) {
        auto const made_up = read::read_cursor(read::to_base64url(bytes), 42, columns);
        if (made_up)
            require(made_up->size() == columns, "a cursor has a value for each column");
        else
            require(made_up.error().kind == errc::invalid, "a cursor that is none is invalid");
    }
}

}  // namespace diptych::fuzz
