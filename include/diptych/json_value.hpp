/// @file
/// JSON whose shape is not known beforehand: parse once, then look around in it.
///
///     auto const body = json::parse(R"({"order":"o1","lines":[{"sku":"TABLE"}]})").or_throw();
///     body.root().at("lines.0.sku")->text();  // TABLE
///
/// Where the shape is a struct, json.hpp reads it directly and says more about what is wrong.
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::json {

enum class kind : std::uint8_t { null, boolean, integer, real, text, array, object };

/// With its article, for messages: "an object".
std::string_view to_string(kind what) noexcept;

struct member;
class members;
class elements;

namespace detail {
struct nodes;
}

/// One value inside a document. Cheap to copy; valid as long as the document. Thread-compatible.
///
/// Asking for what it is not (the text of a number) gives the empty value, never an error: look at
/// kind() first where it matters.
class value {
public:
    json::kind kind() const;
    bool is_null() const { return kind() == json::kind::null; }
    bool is_number() const { return kind() == json::kind::integer || kind() == json::kind::real; }

    bool boolean() const;
    std::int64_t integer() const;
    double real() const;            ///< Of an integer, too.
    std::string_view text() const;  ///< With its escapes resolved.
    std::string_view raw() const;   ///< As it was written, a text with its quotes.

    std::size_t size() const;  ///< Number of elements or members.

    /// The member of this name, the last one if it is given twice.
    std::optional<value> find(std::string_view name) const;

    /// Follows names and indexes separated by dots: "address.city", "lines.0.sku".
    std::optional<value> at(std::string_view path) const;

    json::elements elements() const;  ///< To iterate; empty unless it is an array.
    json::members members() const;    ///< To iterate; empty unless it is an object.

private:
    friend class document;
    friend class json::elements;
    friend class json::members;
    value(detail::nodes const& all, std::uint32_t index) : all_(&all), index_(index) {}

    detail::nodes const* all_;
    std::uint32_t index_;
};

/// A name and what it stands for.
struct member {
    std::string_view name;
    json::value value;
};

/// The elements of an array, in order.
class elements {
public:
    class iterator {
    public:
        using value_type = value;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        value operator*() const { return {*all_, index_}; }
        iterator& operator++();
        void operator++(int) { ++*this; }
        bool operator==(iterator const& other) const { return index_ == other.index_; }

    private:
        friend class elements;
        iterator(detail::nodes const& all, std::uint32_t index) : all_(&all), index_(index) {}
        detail::nodes const* all_;
        std::uint32_t index_;
    };

    iterator begin() const { return {*all_, begin_}; }
    iterator end() const { return {*all_, end_}; }

private:
    friend class value;
    elements(detail::nodes const& all, std::uint32_t begin, std::uint32_t end)
        : all_(&all), begin_(begin), end_(end) {}
    detail::nodes const* all_;
    std::uint32_t begin_;
    std::uint32_t end_;
};

/// The members of an object, as written.
class members {
public:
    class iterator {
    public:
        using value_type = member;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        member operator*() const;
        iterator& operator++();
        void operator++(int) { ++*this; }
        bool operator==(iterator const& other) const { return index_ == other.index_; }

    private:
        friend class members;
        iterator(detail::nodes const& all, std::uint32_t index) : all_(&all), index_(index) {}
        detail::nodes const* all_;
        std::uint32_t index_;
    };

    iterator begin() const { return {*all_, begin_}; }
    iterator end() const { return {*all_, end_}; }

private:
    friend class value;
    members(detail::nodes const& all, std::uint32_t begin, std::uint32_t end)
        : all_(&all), begin_(begin), end_(end) {}
    detail::nodes const* all_;
    std::uint32_t begin_;
    std::uint32_t end_;
};

/// A parsed JSON text. Thread-compatible; moving it keeps its values valid.
class document {
public:
    /// Null, until something is read.
    document();
    document(document&&) noexcept;
    document& operator=(document&&) noexcept;
    ~document();

    /// Reads another text and forgets the one before, keeping its memory: for reading many.
    ///
    /// Keeps a reference: `text` must outlive the values. Fails with invalid if `text` is not one
    /// JSON value in valid UTF-8, or is nested more than 64 levels; it is null then.
    result<void> read(std::string_view text);

    value root() const;

private:
    friend result<document> parse(std::string text);
    std::unique_ptr<detail::nodes> all_;
};

/// A document that owns its text. Fails as document::read does.
result<document> parse(std::string text);

}  // namespace diptych::json
