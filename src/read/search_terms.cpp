#include "read/search_terms.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

bool is_gap(char c) { return static_cast<unsigned char>(c) <= ' '; }

// Signs alone are no word. What is not ASCII may be a letter.
bool has_word(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
               (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

bool is_or(std::string_view word) {
    return word.size() == 2 && (word[0] | ' ') == 'o' && (word[1] | ' ') == 'r';
}

class search_reader {
public:
    explicit search_reader(std::string_view text) : text_(text) {}

    std::expected<search_terms, std::string> read() {
        groups_.emplace_back();
        while (skip_gaps()) term();
        std::erase_if(groups_, [](search_group const& one) { return one == search_group{}; });
        if (groups_.empty()) return std::unexpected("has no word to look for");
        if (count_ > search_terms_max)
            return std::unexpected("has more than " + std::to_string(search_terms_max) + " words");
        for (auto const& one : groups_)
            if (one.all.empty())
                return std::unexpected(
                    "says only what not to find: '-" + one.none.front() +
                    "' needs a word beside it that is to be found"
                );
        return std::move(groups_);
    }

private:
    bool skip_gaps() {
        while (!text_.empty() && is_gap(text_.front())) text_.remove_prefix(1);
        return !text_.empty();
    }

    void term() {
        auto const is_excluded = text_.front() == '-';
        if (is_excluded) text_.remove_prefix(1);
        auto const is_phrase = text_.starts_with('"');
        auto const found = is_phrase ? phrase() : word();
        if (!is_phrase && !is_excluded && is_or(found)) {
            groups_.emplace_back();
        } else if (has_word(found)) {
            (is_excluded ? groups_.back().none : groups_.back().all).push_back(found);
            ++count_;
        }
    }

    // Up to the next quote, or to the end.
    std::string phrase() {
        text_.remove_prefix(1);
        auto const end = std::min(text_.find('"'), text_.size());
        auto found = std::string{text_.substr(0, end)};
        text_.remove_prefix(std::min(end + 1, text_.size()));
        for (auto& c : found)
            if (is_gap(c)) c = ' ';
        return found;
    }

    std::string word() {
        std::size_t end = 0;
        while (end < text_.size() && !is_gap(text_[end]) && text_[end] != '"') ++end;
        auto found = std::string{text_.substr(0, end)};
        text_.remove_prefix(end);
        return found;
    }

    std::string_view text_;
    search_terms groups_;
    std::size_t count_ = 0;
};

}  // namespace

std::expected<search_terms, std::string> parse_search(std::string_view text) {
    return search_reader{text}.read();
}

}  // namespace diptych::read
