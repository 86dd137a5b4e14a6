/// @file
/// Writes JSON text, member by member, without a document in between.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::json {

/// Whether `text` is valid UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// Appends `text` with quotes and escapes. A byte that is not UTF-8 becomes U+FFFD, so that what is
/// written can always be read; check with is_utf8 first where that would not do.
void append_quoted(std::string& to, std::string_view text);

/// Builds one JSON value; commas come by themselves. Not thread-safe.
///
///     json::writer out;
///     out.begin_object().member("name", "ada").member("age", 36).end_object();
///     out.text();  // {"name":"ada","age":36}
class writer {
public:
    writer& begin_object() { return open('{'); }
    writer& end_object() { return close('}'); }
    writer& begin_array() { return open('['); }
    writer& end_array() { return close(']'); }
    writer& key(std::string_view name) {
        separate();
        append_quoted(text_, name);
        text_ += ':';
        fresh_ = true;
        return *this;
    }

    writer& value(std::string_view text) {
        separate();
        append_quoted(text_, text);
        return *this;
    }
    writer& value(char const* text) { return value(std::string_view{text}); }
    writer& value(std::string const& text) { return value(std::string_view{text}); }
    writer& value(bool yes) { return raw(yes ? "true" : "false"); }
    writer& null() { return raw("null"); }
    template <class Number>
        requires(std::integral<Number> || std::floating_point<Number>)
    writer& value(Number number) {
        char digits[40];
        auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return raw({digits, static_cast<std::size_t>(end - digits)});
    }

    /// Puts in text that is JSON already.
    writer& raw(std::string_view json) {
        separate();
        text_ += json;
        return *this;
    }

    template <class T>
    writer& member(std::string_view name, T const& what) {
        return key(name).value(what);
    }
    writer& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

    std::string const& text() const& { return text_; }
    std::string text() && { return std::move(text_); }

private:
    writer& open(char bracket) {
        separate();
        text_ += bracket;
        fresh_ = true;
        return *this;
    }
    writer& close(char bracket) {
        text_ += bracket;
        fresh_ = false;
        return *this;
    }
    void separate() {
        if (!fresh_) text_ += ',';
        fresh_ = false;
    }

    std::string text_;
    bool fresh_ = true;  // no comma before what comes next
};

}  // namespace diptych::json
