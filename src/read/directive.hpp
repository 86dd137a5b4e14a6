/// @file
/// The words of a directive: a comment line that begins with @.
#pragma once

#include "read/lexer.hpp"
#include "read/view_definition.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// A directive cut into words; `(`, `)` and `,` are words of their own. What stands behind ` --` is
/// a remark. Not thread-safe. Keeps a reference: the source must outlive it.
class directive {
public:
    directive(source const& in, lexed const& token);

    std::string const& name() const { return name_; }  ///< With its @.
    std::size_t offset() const { return offset_; }
    std::size_t next_offset() const;  ///< Of the next word.

    std::string const& remark() const { return remark_; }  ///< What stands behind ` --`.

    bool at_end() const { return at_ == words_.size(); }
    bool take(std::string_view word);
    std::string const* peek() const { return at_end() ? nullptr : &words_[at_].text; }

    /// Takes all words that are left, as they are written.
    std::string rest();

    /// Takes a word that is no punctuation; `what` says what it stands for.
    result<std::string> word(std::string_view what);

    /// Takes words separated by commas.
    result<std::vector<std::string>> words(std::string_view what);

    result<void> expect(std::string_view word);
    result<void> expect_end();
    std::unexpected<error> fail(std::string message) const;         ///< At the next word.
    std::unexpected<error> fail_before(std::string message) const;  ///< At the last one taken.

private:
    struct piece {
        std::string text;
        std::size_t offset;
    };
    std::string shown() const;

    source const& in_;
    std::string name_;
    std::size_t offset_;
    std::size_t end_;
    std::string remark_;
    std::vector<piece> words_;
    std::size_t at_ = 0;
};

/// `@event type (field kind, ...)`.
result<known_event> parse_event(directive& words);

/// `@each :lines as :line`.
result<each> parse_each(directive& words);

/// `@key :order, :delivery.id`: the fields.
result<std::vector<key_field>> parse_key(directive& words);

/// `@expect table none`, `@expect exactly`: `is_none` says that no rows follow. The table is the
/// view's own, the first, if none is named.
struct expect_line {
    case_rows rows;
    bool is_none = false;
};
result<expect_line> parse_expect(directive& words, std::span<table const> tables, std::string own);

}  // namespace diptych::read
