#include "log/block_view.hpp"

#include <algorithm>
#include <array>

namespace diptych::log {

namespace {

// The one or two sorted lists, without common members, that a key stands for.
std::array<offsets, 2> lists_of(block const& in, posting_key key) {
    switch (key.kind) {
        case posting_kind::type:
            return {in.type(key.text), {}};
        case posting_kind::category:
            return {in.category(key.text), {}};
        case posting_kind::home:
        case posting_kind::name:
            break;
    }
    auto const* const entry = in.name(key.text);
    if (entry == nullptr) return {};
    return {entry->home(), key.kind == posting_kind::name ? entry->tagged() : offsets{}};
}

// Members from `begin` on and before `end`.
offsets between(offsets list, std::uint64_t begin, std::uint64_t end) {
    auto const from = std::lower_bound(list.begin(), list.end(), begin);
    return {from, std::max(from, std::lower_bound(from, list.end(), end))};
}

}  // namespace

result<std::vector<position>> block_view::after(posting_key key, position after, std::size_t limit)
    const {
    auto const begin = after < first() ? 0 : after.value + 1 - first().value;
    auto [a, b] = lists_of(block_, key);
    a = between(a, begin, last_.value + 1 - first().value);
    b = between(b, begin, last_.value + 1 - first().value);
    std::vector<position> found;
    found.reserve(std::min(limit, a.size() + b.size()));
    while (found.size() < limit && (!a.empty() || !b.empty())) {
        auto& next = b.empty() || (!a.empty() && a.front() < b.front()) ? a : b;
        found.push_back(block_.position_of(next.front()));
        next = next.subspan(1);
    }
    return found;
}

result<std::vector<position>> block_view::before(
    posting_key key, position before, std::size_t limit
) const {
    auto const end = std::min(before, last_ + 1);
    auto const count = end < first() ? 0 : end.value - first().value;
    auto [a, b] = lists_of(block_, key);
    a = between(a, 0, count);
    b = between(b, 0, count);
    std::vector<position> found;
    found.reserve(std::min(limit, a.size() + b.size()));
    while (found.size() < limit && (!a.empty() || !b.empty())) {
        auto& next = b.empty() || (!a.empty() && a.back() > b.back()) ? a : b;
        found.push_back(block_.position_of(next.back()));
        next = next.first(next.size() - 1);
    }
    return found;
}

result<std::optional<version>> block_view::last_version(std::string_view stream) const {
    auto const* const entry = block_.name(stream);
    if (entry == nullptr) return std::optional<version>{};
    auto const seen = between(entry->home(), 0, last_.value + 1 - first().value);
    if (seen.empty()) return std::optional<version>{};
    return std::optional(entry->first_version + (seen.size() - 1));
}

result<std::vector<position>> block_view::from_version(
    std::string_view stream, version from, std::size_t limit
) const {
    auto const* const entry = block_.name(stream);
    if (entry == nullptr) return std::vector<position>{};
    auto seen = between(entry->home(), 0, last_.value + 1 - first().value);
    if (!seen.empty() && from > entry->first_version)
        seen = seen.subspan(std::min(seen.size(), from.value - entry->first_version.value));
    std::vector<position> found;
    for (auto const offset : seen.first(std::min(limit, seen.size())))
        found.push_back(block_.position_of(offset));
    return found;
}

result<std::optional<position>> block_view::find(std::string_view stream, uuid const& id) const {
    auto const offset = block_.find(stream, id, last_);
    if (!offset) return std::optional<position>{};
    return std::optional(block_.position_of(*offset));
}

result<std::optional<answer>> block_view::find_answer(std::string_view caller, std::string_view id)
    const {
    auto const* const known = block_.find_answer(caller, id, frames_);
    if (known == nullptr) return std::optional<answer>{};
    return std::optional(*known);
}

void block_view::copy(
    std::span<position const> positions,
    std::vector<recorded_event>& events,
    std::vector<std::shared_ptr<void const>>& memory
) const {
    for (auto const at : positions) {
        auto const offset = block_.offset_of(at);
        events.push_back(block_.event(offset));
        auto const& holder = block_.frame(block_.frame_of(offset));
        if (memory.empty() || memory.back() != holder) memory.push_back(holder);
    }
}

}  // namespace diptych::log
