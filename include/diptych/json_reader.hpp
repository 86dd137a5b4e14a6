/// @file
/// Reads JSON text value by value, without a document in between: what json.hpp is built on.
///
///     json::reader in(R"({"order":"o1","quantity":3})");
///     if (in.begin_object())
///         for (std::string_view name; in.next_member(name);)
///             if (name == "quantity") in.read(quantity); else in.skip();
///     if (!in.end()) std::cerr << in.message();
///
/// Every function returns whether it went well; after the first failure all of them return false,
/// so only the end needs looking at. Invalid UTF-8, unpaired surrogates and raw control characters
/// are failures. The text needs no padding and no final zero.
#pragma once

#include <diptych/error.hpp>
#include <diptych/json_value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::json {

inline constexpr int depth_max = 64;  ///< Levels of arrays and objects.

/// What a struct's members must be like.
struct rules {
    bool all_known = false;  ///< A member that is no field, or is given twice, is a fault.
    bool all_there = false;  ///< A required field that is missing is a fault.
    bool ids_named = false;  ///< An empty or overlong id is a fault.
};
inline constexpr rules tolerant{};                  ///< Events: what is missing keeps its default.
inline constexpr rules fitting{.all_there = true};  ///< Events that may have one of several shapes.
inline constexpr rules strict{                      ///< Commands.
                              .all_known = true,
                              .all_there = true,
                              .ids_named = true
};

/// Reads one JSON value from a text. Not thread-safe. Keeps a reference: the text must outlive it.
class reader {
public:
    explicit reader(std::string_view text, rules how = tolerant)
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), rules_(how) {}

    rules const& how() const { return rules_; }

    bool begin_object();
    /// Goes to the next member. False at the end of the object, or on failure. The name is valid
    /// until the next call.
    bool next_member(std::string_view& name);

    /// Goes to the next member if it is this one, written without spaces and escapes; else does
    /// nothing. A quick way for what is most likely.
    bool take_member(std::string_view name);

    bool begin_array();
    /// Goes to the next element. False at the end of the array, or on failure.
    bool next_element();

    bool read(bool& to);
    bool read(std::int64_t& to);
    bool read(std::int64_t& to, std::int64_t least, std::int64_t most);
    bool read(std::uint64_t& to);
    bool read(double& to);
    bool read(std::string& to);
    bool read_text(std::string_view& to);  ///< Valid until the next call.

    /// Takes a null if there is one.
    bool take_null();

    /// Kind of the value that comes next; of a number, whether it is written as an integer.
    kind peek();

    /// Checks and leaves out one value.
    bool skip();
    bool skip(std::string_view& raw);  ///< As it was written.

    /// Bytes taken so far; after peek(), where the next value begins.
    std::size_t place() const { return static_cast<std::size_t>(at_ - begin_); }

    /// Records "expected <what>, found <what is at this place>".
    bool expected_at(std::size_t place, std::string_view what) {
        if (!failed()) at_ = begin_ + place;
        return expected(what);
    }

    /// Whether all went well and nothing follows.
    bool end();

    /// Records "expected <what>, found <what comes next>".
    bool expected(std::string_view what);
    /// Records a failure in words of the caller.
    bool fail(std::string_view code, std::string sentence);
    /// Puts a step in front of the path of the failure, on the way out of a value.
    bool inside(std::string_view name);
    bool inside(std::size_t index);

    bool failed() const { return !code_.empty(); }
    /// "lines/1/quantity: expected an integer, found "two"".
    std::string message() const;
    /// As an error of this kind: code, message, and the path among the facts.
    diptych::error error(errc kind) const;

private:
    char const* space();
    bool malformed(std::string_view sentence);
    bool string(std::string_view& to);
    bool unescape(char const* begin, char const* closing);
    bool literal(std::string_view word);
    bool number(std::string_view& token, bool& integral);
    std::string describe();

    char const* begin_;
    char const* at_;
    char const* end_;
    rules rules_;
    bool fresh_ = false;  // a container was opened and nothing in it read yet
    int depth_ = 0;
    std::string scratch_;  // the last text that had escapes
    std::string_view code_;
    std::string sentence_;
    std::string path_;
};

}  // namespace diptych::json
