#include "read/directive.hpp"

#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>

namespace diptych::read {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_punctuation(std::string_view word) { return word == "(" || word == ")" || word == ","; }

std::vector<std::string> split_path(std::string_view dotted) {
    std::vector<std::string> path(1);
    for (auto const c : dotted)
        if (c == '.')
            path.emplace_back();
        else
            path.back() += c;
    return path;
}

}  // namespace

directive::directive(source const& in, lexed const& token) : in_(in), offset_(token.offset) {
    std::string_view const text = token.text;
    std::size_t i = 0;
    while (i < text.size()) {
        if (is_blank(text[i])) {
            ++i;
            continue;
        }
        auto const begin = i++;
        if (text.substr(begin).starts_with("--") && begin > 0 && is_blank(text[begin - 1])) {
            auto const remark = text.find_first_not_of(" \t", begin + 2);
            if (remark != text.npos) remark_ = text.substr(remark);
            break;
        }
        if (!is_punctuation(text.substr(begin, 1)))
            while (i < text.size() && !is_blank(text[i]) && !is_punctuation(text.substr(i, 1))) ++i;
        words_.push_back({std::string{text.substr(begin, i - begin)}, offset_ + begin});
    }
    name_ = words_.front().text;
    end_ = offset_ + text.size();
    words_.erase(words_.begin());
}

bool directive::take(std::string_view word) {
    if (at_end() || words_[at_].text != word) return false;
    ++at_;
    return true;
}

result<std::string> directive::word(std::string_view what) {
    if (at_end() || is_punctuation(words_[at_].text))
        return fail("expected " + std::string{what} + ", found " + shown());
    return words_[at_++].text;
}

std::string directive::rest() {
    if (at_end()) return {};
    auto const begin = words_[at_].offset;
    auto const end = words_.back().offset + words_.back().text.size();
    at_ = words_.size();
    return in_.text.substr(begin, end - begin);
}

std::size_t directive::next_offset() const { return at_end() ? end_ : words_[at_].offset; }

result<std::vector<std::string>> directive::words(std::string_view what) {
    std::vector<std::string> list;
    do {
        DIPTYCH_TRY(auto one, word(what));
        list.push_back(std::move(one));
    } while (take(","));
    return list;
}

result<void> directive::expect(std::string_view word) {
    if (take(word)) return {};
    return fail("expected '" + std::string{word} + "', found " + shown());
}

result<void> directive::expect_end() {
    if (at_end()) return {};
    return fail("unexpected " + shown() + " in " + name_ + "; a remark needs ' -- ' before it");
}

std::unexpected<error> directive::fail(std::string message) const {
    return fail_at(in_, next_offset(), std::move(message));
}

std::unexpected<error> directive::fail_before(std::string message) const {
    return fail_at(in_, at_ == 0 ? offset_ : words_[at_ - 1].offset, std::move(message));
}

std::string directive::shown() const {
    return at_end() ? "the end of the line" : "'" + words_[at_].text + "'";
}

result<known_event> parse_event(directive& words) {
    known_event made{.type = "", .offset = words.offset()};
    DIPTYCH_TRY(made.type, words.word("an event type"));
    DIPTYCH_TRY(words.expect("("));
    while (!words.take(")")) {
        known_field field{.name = ""};
        DIPTYCH_TRY(field.name, words.word("a field's name"));
        DIPTYCH_TRY(auto const word, words.word("the field's type"));
        auto const kind = kind_of(word);
        if (!kind)
            return words.fail_before(
                "'" + word + "' is no type; there are " + std::string{column_types_listed()}
            );
        column_type type{.kind = *kind};
        if (*kind == column_kind::decimal) {
            DIPTYCH_TRY(words.expect("("));
            DIPTYCH_TRY(auto const digits, words.word("the digits after the point"));
            auto const read =
                std::from_chars(digits.data(), digits.data() + digits.size(), type.scale);
            if (read.ptr != digits.data() + digits.size() || type.scale < 0 ||
                type.scale > scale_max)
                return words.fail_before("decimal(n) has 0 to 18 digits after the point");
            DIPTYCH_TRY(words.expect(")"));
        }
        // What is in a json field is not declared further.
        if (*kind != column_kind::json) field.type = type;
        made.fields.push_back(std::move(field));
        if (!words.take(",") && (words.peek() == nullptr || *words.peek() != ")"))
            return words.fail("expected ',' or ')' after field '" + made.fields.back().name + "'");
    }
    DIPTYCH_TRY(words.expect_end());
    return made;
}

result<each> parse_each(directive& words) {
    each made;
    DIPTYCH_TRY(auto path, words.word("an array, as in ':lines'"));
    if (!path.starts_with(':') || path.size() < 2)
        return words.fail_before("expected an array, as in ':lines', found '" + path + "'");
    made.path = split_path(std::string_view{path}.substr(1));
    DIPTYCH_TRY(words.expect("as"));
    DIPTYCH_TRY(auto name, words.word("a name for its elements, as in ':line'"));
    if (!name.starts_with(':') || name.size() < 2 || name.contains('.') || name[1] == '$')
        return words.fail_before("expected a name like ':line', found '" + name + "'");
    made.name = name.substr(1);
    DIPTYCH_TRY(words.expect_end());
    return made;
}

result<std::vector<key_field>> parse_key(directive& words) {
    std::vector<key_field> fields;
    do {
        auto const at = words.next_offset();
        DIPTYCH_TRY(auto const path, words.word("a field, as in ':order'"));
        auto const name = std::string_view{path}.substr(1);
        auto const is_odd = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        if (!path.starts_with(':') || name.empty() || name.starts_with('$') || is_odd)
            return words.fail_before("expected a field, as in ':order', found '" + path + "'");
        for (auto const& other : fields)
            if (other.path == split_path(name))
                return words.fail_before("'" + path + "' is there twice");
        fields.push_back({.path = split_path(name), .offset = at});
    } while (words.take(","));
    DIPTYCH_TRY(words.expect_end());
    return fields;
}

result<expect_line> parse_expect(directive& words, std::span<table const> tables, std::string own) {
    expect_line made{.rows = {.table = std::move(own), .offset = words.offset()}};
    std::vector<std::string> known;
    for (auto const& one : tables) known.push_back(one.name);
    auto const is_table = [&](std::string const* word) {
        return word != nullptr && std::ranges::find(known, *word) != known.end();
    };
    auto const is_word = [&](std::string const* word) {
        return word != nullptr && (*word == "none" || *word == "exactly");
    };
    if (!words.at_end() && (is_table(words.peek()) || !is_word(words.peek()))) {
        DIPTYCH_TRY(made.rows.table, words.word("a table, exactly or none"));
        if (std::ranges::find(known, made.rows.table) == known.end())
            return words.fail_before(
                "no table '" + made.rows.table + "'" + did_you_mean(made.rows.table, known)
            );
    }
    made.rows.is_exact = words.take("exactly");
    made.is_none = !made.rows.is_exact && words.take("none");
    DIPTYCH_TRY(words.expect_end());
    return made;
}

}  // namespace diptych::read
