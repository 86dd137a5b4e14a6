/// @file
/// What all files in TOML have in common that declare something under their own name: how a fault
/// in one is told, and the values that several of them have.
///
/// Included by those .cpp files alone that read one: toml++ is dear to compile.
#pragma once

#include <diptych/error.hpp>

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::declared {

/// Of a channel, a source, a kind of id: lower case letters, digits and '_', a letter first.
bool is_name(std::string_view text);

/// The text; empty if the value is none.
std::string text_of(toml::node const& value);

/// A text, a whole number, true or false, as a text. Nothing of any other value.
std::optional<std::string> plain_text_of(toml::node const& value);

/// Lengths of time that a key may have.
struct length_bounds {
    std::chrono::microseconds least;
    std::chrono::microseconds most;
    std::string_view words;  ///< Both, with examples, for messages.
};

/// Reads one file. Whatever fails, fails with invalid and the file's code; the message names file,
/// line, column and what is allowed. Keeps references to what it is made of. Thread-compatible.
class file_reader {
public:
    /// `path` stands in messages: "channels/orders.toml"; `code` is of errors: "channel_file".
    file_reader(std::string_view path, std::string_view code) : path_(path), code_(code) {}

    /// The file's name without its ending, which is the name of the `what` that it declares.
    result<std::string> name_of(std::string_view what) const;

    result<toml::table> parse(std::string_view text) const;

    std::unexpected<error> wrong(toml::source_region const& at, std::string_view what) const;

    /// Of a key that is none of those that there are.
    std::unexpected<error> unknown(toml::key const& key, std::string_view there_are) const;

    /// From 1 on.
    result<std::int64_t> whole_number(
        toml::node const& value, std::string_view key, std::int64_t most
    ) const;

    /// "250ms", "30s", "15m", "1h", "7d".
    result<std::chrono::microseconds> length_of_time(
        toml::node const& value, std::string_view key, length_bounds const& bounds
    ) const;

    /// A list of them, with at least one.
    result<std::vector<std::string>> texts(toml::node const& value, std::string_view key) const;

private:
    std::string_view path_;
    std::string_view code_;
};

}  // namespace diptych::declared
