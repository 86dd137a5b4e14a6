#include <diptych/json_reader.hpp>
#include <diptych/json_value.hpp>

#include <charconv>
#include <functional>
#include <limits>
#include <vector>

namespace diptych::json {
namespace detail {

/// A value; the members of an object are pairs of nodes, the name first.
struct node {
    json::kind kind = json::kind::null;
    bool escaped = false;     // `text` lies in `texts`, not in the source
    std::uint32_t after = 0;  // first node behind this one and all within it
    std::uint32_t count = 0;  // elements or members
    std::uint32_t raw_begin = 0;
    std::uint32_t raw_size = 0;
    std::uint32_t text_begin = 0;
    std::uint32_t text_size = 0;
    std::int64_t integer = 0;
    double real = 0;
};

struct nodes {
    std::vector<node> list;
    std::string owned;  // where `source` lies, unless the caller keeps it
    std::string_view source;
    std::string texts;  // those that had escapes, one after the other

    node const& operator[](std::uint32_t i) const { return list[i]; }
};

}  // namespace detail

namespace {

class builder {
public:
    builder(detail::nodes& to, reader& in) : to_(to), in_(in) {}

    bool value() {
        auto const index = to_.list.size();
        to_.list.emplace_back().kind = in_.peek();
        auto const begin = in_.place();
        std::uint32_t count = 0;
        std::string_view raw;
        switch (to_.list[index].kind) {
            case kind::object:
                in_.begin_object();
                for (std::string_view name; in_.next_member(name); ++count) {
                    text(to_.list.emplace_back(), name);
                    to_.list.back().after = size();
                    if (!value()) return false;
                }
                break;
            case kind::array:
                for (in_.begin_array(); in_.next_element(); ++count)
                    if (!value()) return false;
                break;
            case kind::text:
                if (in_.read_text(raw)) text(to_.list[index], raw);
                break;
            case kind::boolean: {
                bool yes = false;
                in_.read(yes);
                to_.list[index].integer = yes;
                break;
            }
            case kind::null:
                in_.skip();
                break;
            case kind::integer:
            case kind::real:
                if (in_.skip(raw)) number(to_.list[index], raw);
                break;
        }
        if (in_.failed()) return false;
        auto& made = to_.list[index];
        made.raw_begin = static_cast<std::uint32_t>(begin);
        made.raw_size = static_cast<std::uint32_t>(in_.place() - begin);
        made.count = count;
        made.after = size();
        return true;
    }

private:
    std::uint32_t size() const { return static_cast<std::uint32_t>(to_.list.size()); }

    void text(detail::node& made, std::string_view what) {
        made.kind = kind::text;
        auto const* const source = to_.source.data();
        made.escaped = std::less<>{}(what.data(), source) ||
                       !std::less<>{}(what.data(), source + to_.source.size());
        made.text_size = static_cast<std::uint32_t>(what.size());
        if (made.escaped) {
            made.text_begin = static_cast<std::uint32_t>(to_.texts.size());
            to_.texts += what;
        } else {
            made.text_begin = static_cast<std::uint32_t>(what.data() - source);
        }
    }

    static void number(detail::node& made, std::string_view raw) {
        auto const* const end = raw.data() + raw.size();
        std::from_chars(raw.data(), end, made.real);
        if (made.kind == kind::integer &&
            std::from_chars(raw.data(), end, made.integer).ec != std::errc{})
            made.kind = kind::real;  // wider than 64 bits
    }

    detail::nodes& to_;
    reader& in_;
};

}  // namespace

std::string_view to_string(kind what) noexcept {
    switch (what) {
        case kind::null:
            return "null";
        case kind::boolean:
            return "true or false";
        case kind::integer:
            return "an integer";
        case kind::real:
            return "a number";
        case kind::text:
            return "a text";
        case kind::array:
            return "a list";
        case kind::object:
            return "an object";
    }
    return {};
}

kind value::kind() const { return (*all_)[index_].kind; }

bool value::boolean() const {
    return kind() == json::kind::boolean && (*all_)[index_].integer != 0;
}

std::int64_t value::integer() const {
    return kind() == json::kind::integer ? (*all_)[index_].integer : 0;
}

double value::real() const { return is_number() ? (*all_)[index_].real : 0.0; }

std::string_view value::text() const {
    auto const& node = (*all_)[index_];
    if (node.kind != json::kind::text) return {};
    auto const from = node.escaped ? std::string_view{all_->texts} : all_->source;
    return from.substr(node.text_begin, node.text_size);
}

std::string_view value::raw() const {
    auto const& node = (*all_)[index_];
    return all_->source.substr(node.raw_begin, node.raw_size);
}

std::size_t value::size() const { return (*all_)[index_].count; }

std::optional<value> value::find(std::string_view name) const {
    std::optional<value> found;
    for (auto const [one, what] : members())
        if (one == name) found = what;
    return found;
}

std::optional<value> value::at(std::string_view path) const {
    auto here = *this;
    while (true) {
        auto const dot = path.find('.');
        auto const step = path.substr(0, dot);
        if (here.kind() == json::kind::array) {
            std::size_t index = 0;
            auto const [end, problem] =
                std::from_chars(step.data(), step.data() + step.size(), index);
            if (problem != std::errc{} || end != step.data() + step.size() || index >= here.size())
                return std::nullopt;
            auto one = here.elements().begin();
            while (index-- > 0) ++one;
            here = *one;
        } else if (auto const found = here.find(step)) {
            here = *found;
        } else {
            return std::nullopt;
        }
        if (dot == std::string_view::npos) return here;
        path.remove_prefix(dot + 1);
    }
}

elements value::elements() const {
    auto const after = (*all_)[index_].after;
    return {*all_, kind() == json::kind::array ? index_ + 1 : after, after};
}

members value::members() const {
    auto const after = (*all_)[index_].after;
    return {*all_, kind() == json::kind::object ? index_ + 1 : after, after};
}

elements::iterator& elements::iterator::operator++() {
    index_ = (*all_)[index_].after;
    return *this;
}

member members::iterator::operator*() const {
    return {value{*all_, index_}.text(), value{*all_, index_ + 1}};
}

members::iterator& members::iterator::operator++() {
    index_ = (*all_)[index_ + 1].after;
    return *this;
}

document::document() : all_(std::make_unique<detail::nodes>()) {
    all_->list.push_back({.after = 1});
}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

value document::root() const { return {*all_, 0}; }

result<void> document::read(std::string_view text) {
    all_->source = text;
    all_->texts.clear();
    all_->list.clear();
    reader in{text};
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
        in.fail("malformed_json", "longer than 4 GiB");
    } else if (builder{*all_, in}.value() && in.end()) {
        return {};
    }
    all_->list.assign(1, {.after = 1});
    return std::unexpected(in.error(errc::invalid));
}

result<document> parse(std::string text) {
    document made;
    made.all_->owned = std::move(text);
    if (auto read = made.read(made.all_->owned); !read)
        return std::unexpected(std::move(read).error());
    return made;
}

}  // namespace diptych::json
