#include "write/state_names.hpp"

#include "log/hash.hpp"

#include <diptych/event.hpp>

namespace diptych::write {

namespace {

std::string joined(std::span<std::string const> names, char separator) {
    std::string text;
    for (auto const& name : names) {
        if (!text.empty()) text += separator;
        text += name;
    }
    return text;
}

constexpr char separator = '\x1f';  // not in a name anybody writes

}  // namespace

std::string cache_key(model::state const& of, std::span<std::string const> names) {
    // The fingerprint keeps states of equal names in two contexts apart.
    return of.name + separator + of.fingerprint + separator + joined(names, separator);
}

std::string snapshot_name(model::state const& of, std::span<std::string const> names) {
    return "snapshot" + (separator + of.name) + separator + joined(names, separator);
}

std::string state_stream(model::state const& of, std::span<std::string const> names) {
    auto plain = "$state-" + of.name + ":" + joined(names, '+');
    if (plain.size() <= name_size_max) return plain;
    return "$state-" + log::to_hex(log::sha256({plain}));
}

std::string describe(model::state const& of, std::span<std::string const> names) {
    return names.empty() ? of.name : of.name + " of " + joined(names, '+');
}

}  // namespace diptych::write
