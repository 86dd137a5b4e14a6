/// @file
/// Cuts a view file into SQL tokens and directives.
#pragma once

#include "read/source.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

enum class token_kind : std::uint8_t {
    word,    ///< A keyword or name, in lower case unless quoted.
    quoted,  ///< A name in double quotes, given without them.
    string,  ///< 'text', with its quotes; also x'00ff'.
    number,
    binding,    ///< :name, given without the colon.
    symbol,     ///< ( ) , ; = <= || ...
    directive,  ///< A comment line that begins with @, given from there on.
    row,        ///< A comment line behind @given or @expect that begins with {.
    end,
};

struct lexed {
    token_kind kind;
    std::string text;
    std::size_t offset = 0;  ///< Of its first byte in the file.

    bool is(std::string_view word) const {
        return (kind == token_kind::word || kind == token_kind::symbol) && text == word;
    }
    bool is_name() const { return kind == token_kind::word || kind == token_kind::quoted; }
};

/// All tokens without plain comments; the last one is `end`. Fails with invalid on an open quote or
/// a byte that SQL does not know.
result<std::vector<lexed>> lex(source const& in);

}  // namespace diptych::read
