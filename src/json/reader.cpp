#include "json/scan.hpp"
#include "json/utf8.hpp"

#include <diptych/json_reader.hpp>
#include <diptych/json_writer.hpp>

#include <charconv>
#include <cstring>

namespace diptych::json {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The four hexadecimal digits at `from`, or -1.
int hex_unit(char const* from, char const* end) {
    if (end - from < 4) return -1;
    int unit = 0;
    for (auto const* at = from; at != from + 4; ++at) {
        auto const digit = hex_digit(*at);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

constexpr char simple_escape(char c) {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return 0;
    }
}

}  // namespace

char const* reader::space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_;
}

bool reader::begin_object() {
    if (space() == end_ || *at_ != '{') return expected("an object");
    if (++depth_ > depth_max) return malformed("nested too deeply");
    ++at_;
    return fresh_ = true;
}

bool reader::next_member(std::string_view& name) {
    if (failed()) return false;
    if (space() == end_) return malformed("the text ends within an object");
    if (*at_ == '}') {
        ++at_;
        --depth_;
        return fresh_ = false;
    }
    if (!fresh_) {
        if (*at_ != ',') return malformed("expected ',' or '}'");
        ++at_;
        space();
    }
    fresh_ = false;
    if (at_ == end_ || *at_ != '"') return malformed("expected the name of a member");
    if (!string(name)) return false;
    if (space() == end_ || *at_ != ':') return malformed("expected ':'");
    ++at_;
    return true;
}

bool reader::take_member(std::string_view name) {
    auto const* at = at_;
    if (!fresh_ && at != end_ && *at == ',')
        ++at;
    else if (!fresh_)
        return false;
    if (static_cast<std::size_t>(end_ - at) < name.size() + 3) return false;
    if (*at != '"' || at[name.size() + 1] != '"' || at[name.size() + 2] != ':') return false;
    if (std::memcmp(at + 1, name.data(), name.size()) != 0) return false;
    at_ = at + name.size() + 3;
    fresh_ = false;
    return true;
}

bool reader::begin_array() {
    if (space() == end_ || *at_ != '[') return expected("a list");
    if (++depth_ > depth_max) return malformed("nested too deeply");
    ++at_;
    return fresh_ = true;
}

bool reader::next_element() {
    if (failed()) return false;
    if (space() == end_) return malformed("the text ends within a list");
    if (*at_ == ']') {
        ++at_;
        --depth_;
        return fresh_ = false;
    }
    if (!fresh_) {
        if (*at_ != ',') return malformed("expected ',' or ']'");
        ++at_;
    }
    fresh_ = false;
    return true;
}

bool reader::string(std::string_view& to) {
    auto const* const begin = ++at_;
    bool escaped = false;
    while (true) {
        at_ = find_special(at_, end_);
        if (at_ == end_) return malformed("the text ends within a string");
        auto const c = static_cast<unsigned char>(*at_);
        if (c == '"') break;
        if (c == '\\') {
            escaped = true;
            if (++at_ == end_) return malformed("the text ends within a string");
            ++at_;
        } else if (c < 0x20) {
            return malformed("a control character within a string");
        } else {
            auto const length = utf8_sequence({at_, static_cast<std::size_t>(end_ - at_)});
            if (length == 0) return malformed("not UTF-8");
            at_ += length;
        }
    }
    auto const* const closing = at_++;
    if (escaped) {
        if (!unescape(begin, closing)) return false;
        to = scratch_;
    } else {
        to = {begin, static_cast<std::size_t>(closing - begin)};
    }
    return true;
}

bool reader::unescape(char const* begin, char const* closing) {
    scratch_.clear();
    for (auto const* at = begin; at != closing;) {
        if (*at != '\\') {
            scratch_ += *at++;
            continue;
        }
        ++at;
        if (auto const c = simple_escape(*at); c != 0) {
            scratch_ += c;
            ++at;
            continue;
        }
        auto const unit = *at == 'u' ? hex_unit(at + 1, closing) : -1;
        if (unit < 0) return malformed("an escape that JSON does not have");
        at += 5;
        if (unit < 0xD800 || unit > 0xDFFF) {
            append_utf8(scratch_, static_cast<char32_t>(unit));
            continue;
        }
        auto const second =
            closing - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex_unit(at + 2, closing) : -1;
        if (unit > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
            return malformed("half of a surrogate pair");
        append_utf8(
            scratch_, static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00))
        );
        at += 6;
    }
    return true;
}

bool reader::literal(std::string_view word) {
    if (!std::string_view{at_, static_cast<std::size_t>(end_ - at_)}.starts_with(word))
        return malformed("expected a value");
    at_ += word.size();
    return true;
}

bool reader::number(std::string_view& token, bool& integral) {
    auto const* const begin = at_;
    auto const digits = [&] {
        auto const* const from = at_;
        while (at_ != end_ && is_digit(*at_)) ++at_;
        return at_ != from;
    };
    if (*at_ == '-') ++at_;
    auto const* const first = at_;
    if (!digits() || (*first == '0' && at_ - first > 1)) return malformed("expected a value");
    integral = true;
    if (at_ != end_ && *at_ == '.') {
        integral = false;
        ++at_;
        if (!digits()) return malformed("a number without digits after its point");
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        integral = false;
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
        if (!digits()) return malformed("a number without digits in its exponent");
    }
    token = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
}

bool reader::read(bool& to) {
    if (space() == end_ || (*at_ != 't' && *at_ != 'f')) return expected("true or false");
    to = *at_ == 't';
    return literal(to ? "true" : "false");
}

bool reader::read(std::int64_t& to) {
    auto const* const before = space();
    std::string_view token;
    bool integral = false;
    if (before == end_ || (*before != '-' && !is_digit(*before))) return expected("an integer");
    if (!number(token, integral)) return false;
    auto const [end, problem] = std::from_chars(token.data(), at_, to);
    if (integral && problem == std::errc{}) return true;
    at_ = before;
    return expected(integral ? "an integer of 64 bits" : "an integer");
}

bool reader::read(std::int64_t& to, std::int64_t least, std::int64_t most) {
    auto const* const before = space();
    if (!read(to)) return false;
    if (to >= least && to <= most) return true;
    at_ = before;
    return expected("an integer from " + std::to_string(least) + " to " + std::to_string(most));
}

bool reader::read(std::uint64_t& to) {
    auto const* const before = space();
    std::string_view token;
    bool integral = false;
    if (before == end_ || (*before != '-' && !is_digit(*before))) return expected("an integer");
    if (!number(token, integral)) return false;
    auto const [end, problem] = std::from_chars(token.data(), at_, to);
    if (integral && problem == std::errc{} && end == at_) return true;
    at_ = before;
    return expected(integral ? "an integer from 0 to 18446744073709551615" : "an integer");
}

bool reader::read(double& to) {
    auto const* const before = space();
    std::string_view token;
    bool integral = false;
    if (before == end_ || (*before != '-' && !is_digit(*before))) return expected("a number");
    if (!number(token, integral)) return false;
    auto const [end, problem] = std::from_chars(token.data(), at_, to);
    if (problem == std::errc{}) return true;
    at_ = before;
    return expected("a number in the range of double");
}

bool reader::read_text(std::string_view& to) {
    if (space() == end_ || *at_ != '"') return expected("a text");
    return string(to);
}

bool reader::read(std::string& to) {
    std::string_view text;
    if (!read_text(text)) return false;
    to.assign(text);
    return true;
}

bool reader::take_null() {
    if (space() == end_ || *at_ != 'n' || failed()) return false;
    return literal("null");
}

kind reader::peek() {
    if (space() == end_) return kind::null;
    switch (*at_) {
        case '{':
            return kind::object;
        case '[':
            return kind::array;
        case '"':
            return kind::text;
        case 't':
        case 'f':
            return kind::boolean;
        case 'n':
            return kind::null;
        default:
            break;
    }
    auto const* at = at_ + (*at_ == '-' ? 1 : 0);
    while (at != end_ && is_digit(*at)) ++at;
    auto const fraction = at != end_ && (*at == '.' || *at == 'e' || *at == 'E');
    return fraction ? kind::real : kind::integer;
}

bool reader::skip() {
    std::string_view ignored;
    bool integral = false;
    if (space() == end_) return malformed("expected a value");
    switch (*at_) {
        case '{':
            for (begin_object(); next_member(ignored);) skip();
            return !failed();
        case '[':
            for (begin_array(); next_element();) skip();
            return !failed();
        case '"':
            return read_text(ignored);
        case 't':
            return literal("true");
        case 'f':
            return literal("false");
        case 'n':
            return literal("null");
        default:
            return number(ignored, integral);
    }
}

bool reader::skip(std::string_view& raw) {
    auto const* const from = space();
    if (!skip()) return false;
    raw = {from, static_cast<std::size_t>(at_ - from)};
    return true;
}

bool reader::end() {
    if (failed()) return false;
    return space() == end_ || malformed("something follows the value");
}

bool reader::malformed(std::string_view sentence) {
    auto const place = std::to_string(at_ - begin_ + 1);
    return fail("malformed_json", "not JSON at byte " + place + ": " + std::string{sentence});
}

bool reader::fail(std::string_view code, std::string sentence) {
    if (failed()) return false;
    code_ = code;
    sentence_ = std::move(sentence);
    return false;
}

std::string reader::describe() {
    constexpr std::size_t shown_max = 40;
    if (space() == end_) return "the end of the text";
    if (*at_ == '{') return "an object";
    if (*at_ == '[') return "a list";
    auto const* const before = at_;
    std::string_view raw;
    if (!skip(raw)) return {};
    if (raw.size() <= shown_max) return std::string{raw};
    auto const* cut = before + shown_max;
    while ((static_cast<unsigned char>(*cut) & 0xC0u) == 0x80u) --cut;  // between characters
    return std::string{before, cut} + "...";
}

bool reader::expected(std::string_view what) {
    if (failed()) return false;
    auto found = describe();
    if (failed()) return false;  // what comes next is not JSON at all, and said so
    return fail("invalid_value", "expected " + std::string{what} + ", found " + std::move(found));
}

bool reader::inside(std::string_view name) {
    path_ = path_.empty() ? std::string{name} : std::string{name} + "/" + path_;
    return false;
}

bool reader::inside(std::size_t index) { return inside(std::to_string(index)); }

std::string reader::message() const { return path_.empty() ? sentence_ : path_ + ": " + sentence_; }

diptych::error reader::error(errc kind) const {
    std::string path;
    append_quoted(path, path_);
    return {
        .kind = kind, .code = std::string{code_}, .message = message(), .facts = {{"path", path}}
    };
}

}  // namespace diptych::json
