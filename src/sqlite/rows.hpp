/// @file
/// Reads the rows of a statement as values; the statement is reset then.
#pragma once

#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/try.hpp>

#include <optional>
#include <type_traits>
#include <vector>

namespace diptych::sqlite {

/// `make` is called with the statement at each row. Fails as statement::step does.
template <class Make>
auto all_rows(statement& of, Make const& make)
    -> result<std::vector<std::invoke_result_t<Make const&, statement const&>>> {
    std::vector<std::invoke_result_t<Make const&, statement const&>> all;
    for (;;) {
        DIPTYCH_TRY(auto const is_there, of.step());
        if (!is_there) break;
        all.push_back(make(of));
    }
    of.reset();
    return all;
}

/// The first row, if there is one.
template <class Make>
auto first_row(statement& of, Make const& make)
    -> result<std::optional<std::invoke_result_t<Make const&, statement const&>>> {
    std::optional<std::invoke_result_t<Make const&, statement const&>> found;
    DIPTYCH_TRY(auto const is_there, of.step());
    if (is_there) found = make(of);
    of.reset();
    return found;
}

}  // namespace diptych::sqlite
