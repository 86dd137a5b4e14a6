#include "read/lexer.hpp"

#include "base/lower_case.hpp"

#include <diptych/try.hpp>

#include <array>

namespace diptych::read {

namespace {

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_name(char c) { return starts_name(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

class reader {
public:
    explicit reader(source const& in) : in_(in), text_(in.text) {}

    result<std::vector<lexed>> all() {
        while (true) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            start_ = at_;
            DIPTYCH_TRY(one());
        }
        start_ = at_;
        put(token_kind::end, "the end of the file");
        return std::move(tokens_);
    }

private:
    bool here(std::string_view what) const { return text_.substr(at_).starts_with(what); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    void put(token_kind kind, std::string text) {
        tokens_.push_back({.kind = kind, .text = std::move(text), .offset = start_});
    }
    std::string_view taken() const { return text_.substr(start_, at_ - start_); }

    result<void> one() {
        auto const c = text_[at_];
        if (here("--")) return line_comment();
        if (here("/*")) return block_comment();
        if (c == '\'') return string();
        if ((c == 'x' || c == 'X') && peek(1) == '\'') return ++at_, string();
        if (c == '"') return quoted();
        if (c == ':') return binding();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (starts_name(c)) {
            while (in_name(peek())) ++at_;
            put(token_kind::word, lower_case(taken()));
            return {};
        }
        return symbol();
    }

    result<void> line_comment() {
        auto const end = std::min(text_.find('\n', at_), text_.size());
        auto body = text_.substr(at_ + 2, end - at_ - 2);
        at_ = end;
        auto const first = body.find_first_not_of(" \t");
        if (first == std::string_view::npos) return {};
        auto const is_row = body[first] == '{' && takes_rows();
        if (body[first] != '@' && !is_row) return {};
        start_ += 2 + first;
        body.remove_prefix(first);
        while (is_space(body.back())) body.remove_suffix(1);
        put(is_row ? token_kind::row : token_kind::directive, std::string{body});
        return {};
    }

    bool takes_rows() const {
        if (tokens_.empty()) return false;
        auto const& last = tokens_.back();
        if (last.kind != token_kind::directive) return last.kind == token_kind::row;
        auto const name = last.text.substr(0, last.text.find_first_of(" \t"));
        return name == "@given" || name == "@expect";
    }

    result<void> block_comment() {
        auto const end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos)
            return fail_at(in_, start_, "the comment that begins here has no end");
        at_ = end + 2;
        return {};
    }

    result<void> string() {
        if (!skip_quoted('\'')) return fail_at(in_, start_, "the text that begins here has no end");
        put(token_kind::string, std::string{taken()});
        return {};
    }

    result<void> quoted() {
        if (!skip_quoted('"')) return fail_at(in_, start_, "the name that begins here has no end");
        std::string name;
        for (std::size_t i = start_ + 1; i + 1 < at_; ++i) {
            name += text_[i];
            if (text_[i] == '"') ++i;
        }
        if (name.empty()) return fail_at(in_, start_, "a name can not be empty");
        put(token_kind::quoted, std::move(name));
        return {};
    }

    // Goes behind the closing quote; two quotes in a row stand for one.
    bool skip_quoted(char quote) {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != quote) continue;
            if (peek(1) != quote) return ++at_, true;
            ++at_;
        }
        return false;
    }

    result<void> binding() {
        ++at_;
        if (peek() == '$') ++at_;
        if (!starts_name(peek()))
            return fail_at(in_, start_, "a name must follow ':', as in :quantity or :$position");
        while (in_name(peek()) || (peek() == '.' && starts_name(peek(1)))) ++at_;
        put(token_kind::binding, std::string{taken().substr(1)});
        return {};
    }

    result<void> number() {
        while (is_digit(peek())) ++at_;
        if (peek() == '.') ++at_;
        while (is_digit(peek())) ++at_;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!is_digit(peek())) return fail_at(in_, start_, "this is not a number");
            while (is_digit(peek())) ++at_;
        }
        if (in_name(peek())) return fail_at(in_, start_, "this is neither a number nor a name");
        put(token_kind::number, std::string{taken()});
        return {};
    }

    result<void> symbol() {
        constexpr std::array<std::string_view, 8> longer{
            "->>", "->", "||", "<=", ">=", "<>", "!=", "=="
        };
        for (auto const text : longer) {
            if (!here(text)) continue;
            at_ += text.size();
            put(token_kind::symbol, std::string{text});
            return {};
        }
        if (std::string_view{"(),;=<>+-*/%.&|~"}.find(text_[at_]) == std::string_view::npos)
            return fail_at(in_, start_, "'" + std::string{text_.substr(at_, 1)} + "' is not SQL");
        put(token_kind::symbol, std::string{text_.substr(at_++, 1)});
        return {};
    }

    source const& in_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
    std::vector<lexed> tokens_;
};

}  // namespace

result<std::vector<lexed>> lex(source const& in) { return reader{in}.all(); }

}  // namespace diptych::read
