#include <diptych/state_model.hpp>
#include <diptych/user_code.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace diptych::detail {
namespace {

void append_type(std::string& to, model::type const& type) {
    to += std::to_string(static_cast<int>(type.kind)) + type.id_kind;
    for (auto const& name : type.names) to += '|' + name;
    if (!type.fields.empty()) to += layout_of(type.fields);
}

/// The error of reading one event, with what the reader of the log needs to find it.
error about(error why, recorded_event const& event) {
    why.message = std::string{event.type} + " at position " + std::to_string(event.position.value) +
                  ": " + why.message;
    why.facts.emplace_back("position", std::to_string(event.position.value));
    return why;
}

}  // namespace

std::vector<fold_entry> in_order(std::vector<fold_entry> entries) {
    std::vector<fold_entry> ordered;
    auto const earlier = [](fold_entry const& a, fold_entry const& b) {
        return std::tuple{std::string_view{a.type}, !a.today} <
               std::tuple{std::string_view{b.type}, !b.today};
    };
    for (auto& one : entries) {  // equal ones stay in the order in which they are listed
        auto const place = std::ranges::upper_bound(ordered, one, earlier);
        ordered.insert(place, std::move(one));
    }
    return ordered;
}

result<void> fold_with(
    std::span<fold_entry const> entries,
    std::string_view state,
    void* into,
    recorded_event const& event,
    std::span<std::string const> key
) {
    if (event.erased) return {};
    auto const* const end = entries.data() + entries.size();
    auto const* one = entries.data();
    while (one != end && one->type != event.type) ++one;
    if (one == end) return {};
    auto const* const first = one;
    auto const of_type = [&](fold_entry const* entry) {
        return entry != end && entry->type == event.type;
    };

    try {
        std::optional<error> why;
        if (first->is_answer) {
            for (; of_type(one); ++one)
                if (one->fold(into, event, json::tolerant, key, why) == decoded::broken)
                    return std::unexpected(about(*std::move(why), event));
            return {};
        }
        if (of_type(first + 1))
            for (; of_type(one); ++one)
                if (one->fold(into, event, json::fitting, key, why) == decoded::yes) return {};
        if (first->fold(into, event, json::tolerant, key, why) == decoded::yes) return {};
        return std::unexpected(about(*std::move(why), event));
    } catch (...) {
        return std::unexpected(about(thrown("evolve of " + std::string{state}).error(), event));
    }
}

std::string layout_of(std::span<model::field const> fields) {
    std::string text = "{";
    for (auto const& field : fields) {
        text += field.name + (field.required ? ":" : "?");
        append_type(text, field.of);
        text += ';';
    }
    return text += '}';
}

std::string fingerprint_of(
    std::string_view state, std::string_view layout, std::span<fold_entry const> entries
) {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a: equal on every machine and build
    auto const take = [&](std::string_view text) {
        for (auto const c : text) {
            hash ^= static_cast<unsigned char>(c);
            hash *= 0x100000001b3u;
        }
        hash *= 0x100000001b3u;  // as if a zero byte followed
    };
    take(state);
    take(layout);
    for (auto const& entry : entries) {
        take(entry.type);
        take(entry.layout);
    }
    return fmt::format("{:016x}", hash);
}

}  // namespace diptych::detail
