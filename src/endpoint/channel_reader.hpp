/// @file
/// What is read alike in the files of channels of both directions.
///
/// Included by the .cpp files alone that read one, as declared/file_reader.hpp.
#pragma once

#include "declared/file_reader.hpp"
#include "endpoint/declared_channel.hpp"
#include "endpoint/surroundings.hpp"

#include <diptych/error.hpp>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::endpoint {

/// What else may stand in a file.
struct channel_keys {
    std::string_view own;     ///< Of every channel, as a list for messages.
    std::string_view scheme;  ///< Of those of `of_scheme`.
    std::vector<setting_rule> const& of_scheme;
};

/// Fails as file_reader does. Thread-compatible.
class channel_reader : public declared::file_reader {
public:
    explicit channel_reader(std::string_view path) : file_reader(path, "channel_file") {}

    /// Keeps what is wrong at a place, so that all that is wrong is told together.
    template <class Value>
    void note(toml::source_region const& at, result<Value> const& read) {
        if (!read) faults_.emplace(at.begin.line, read.error().message);
    }

    /// Fails with all that was noted, a line for each, as they stand in the file.
    result<void> expect_no_fault() const;

    /// Takes an address apart.
    result<void> read_address(
        toml::node const& value, std::string_view address, declared_channel& into
    ) const;

    /// Reads what either direction has beside its address, and settings.
    result<void> read_common(
        toml::key const& key,
        toml::node const& value,
        channel_keys const& known,
        declared_channel& into
    ) const;

private:
    result<void> read_setting(
        toml::key const& key,
        toml::node const& value,
        channel_keys const& known,
        declared_channel& into
    ) const;

    std::multimap<toml::source_index, std::string> faults_;
};

/// The one of an address; null if there is none.
template <class Scheme>
Scheme const* scheme_of(std::string_view address, std::span<Scheme const> known) {
    auto const colon = address.find(':');
    auto const found = std::ranges::find(known, address.substr(0, colon), &Scheme::name);
    return colon == std::string_view::npos || found == known.end() ? nullptr : &*found;
}

/// "nats:, kafka:"
template <class Scheme>
std::string beginnings_of(std::span<Scheme const> known) {
    std::string all;
    for (auto const& one : known) all.append(all.empty() ? "" : ", ").append(one.name).append(":");
    return all;
}

}  // namespace diptych::endpoint
