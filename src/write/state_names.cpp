#include "write/state_names.hpp"

#include "log/hash.hpp"

#include <diptych/event.hpp>

#include <algorithm>
#include <string_view>

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

bool is_name_of(std::string_view kind, std::string_view name) {
    return name.size() > kind.size() + 1 && name.starts_with(kind) && name[kind.size()] == '-';
}

// "one order: its id is written order-<id>"
std::string names_expected(std::span<std::string const> kinds) {
    if (kinds.empty()) return "no id (it is of the whole log)";
    std::string things;
    std::string ids;
    for (auto const& kind : kinds) {
        auto const* const between = things.empty() ? "" : " and ";
        things += between + ("one " + kind);
        ids += between + (kind + "-<id>");
    }
    return things + (kinds.size() == 1 ? ": its id is written " : ": their ids are written ") + ids;
}

std::string names_given(std::span<std::string const> names) {
    std::string all;
    for (auto const& name : names) all += (all.empty() ? "'" : " '") + name + "'";
    return names.empty() ? "and none is given" : "not " + all;
}

}  // namespace

result<void> expect_names(model::state const& of, std::span<std::string const> names) {
    if (std::ranges::equal(of.id_kinds, names, is_name_of)) return {};
    return fail(
        errc::invalid,
        "state_ids",
        of.name + " is folded for " + names_expected(of.id_kinds) + ", " + names_given(names)
    );
}

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
