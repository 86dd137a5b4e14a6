/// @file
/// Walks over the tokens of one SQL statement, for the closed grammar of `create`.
#pragma once

#include "read/lexer.hpp"

#include <span>
#include <string>
#include <string_view>

namespace diptych::read {

/// Not thread-safe. Keeps references: source and tokens must outlive it.
class token_cursor {
public:
    /// `tokens` end with one that stands for what follows the statement.
    token_cursor(source const& in, std::span<lexed const> tokens) : in_(in), tokens_(tokens) {}

    lexed const& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    lexed const& next() {
        auto const& taken = peek();
        if (at_ + 1 < tokens_.size()) ++at_;
        return taken;
    }
    bool at_end() const { return at_ + 1 == tokens_.size(); }
    std::size_t offset() const { return peek().offset; }

    /// Takes the word or symbol if it comes next.
    bool take(std::string_view word) {
        if (!peek().is(word)) return false;
        next();
        return true;
    }

    /// Takes it, or fails with "expected ..., found ...".
    result<void> expect(std::string_view word) {
        if (take(word)) return {};
        return fail("expected '" + std::string{word} + "', found " + shown());
    }

    /// Takes a name; `what` says of what.
    result<std::string> name(std::string_view what) {
        if (!peek().is_name()) return fail("expected " + std::string{what} + ", found " + shown());
        return next().text;
    }

    /// Takes what stands in parentheses, itself included; for expressions.
    result<std::span<lexed const>> parenthesized() {
        auto const begin = at_;
        if (!peek().is("(")) return fail("expected '(', found " + shown());
        for (int depth = 0; !at_end();) {
            auto const& one = next();
            if (one.is("(")) ++depth;
            if (one.is(")") && --depth == 0) return tokens_.subspan(begin, at_ - begin);
        }
        return fail_at(in_, tokens_[begin].offset, "this '(' has no ')'");
    }

    /// Everything that is left.
    std::span<lexed const> rest() {
        auto const left = tokens_.subspan(at_, tokens_.size() - 1 - at_);
        at_ = tokens_.size() - 1;
        return left;
    }

    std::unexpected<error> fail(std::string message) const {
        return fail_at(in_, offset(), std::move(message));
    }
    std::string shown() const {
        return at_end() ? "the end of the statement" : "'" + peek().text + "'";
    }
    source const& in() const { return in_; }

private:
    source const& in_;
    std::span<lexed const> tokens_;
    std::size_t at_ = 0;
};

}  // namespace diptych::read
