/// @file
/// What an index says, in pieces: that an event of the log stands under a name, type, category or
/// id. The log gives the same pieces in another order, so both are summed up and the sums compared.
#pragma once

#include "log/frame.hpp"
#include "log/postings.hpp"
#include "log/segments/index_hash.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

/// The kind under which event ids count, beside those of posting_kind.
inline constexpr char id_kind = 'i';

/// One piece.
struct index_fact {
    char kind;
    std::string_view text;  ///< The name; of ids their 16 bytes.
    position at;
    std::uint64_t more = 0;  ///< Of home events their version, of ids the hash of the stream.

    std::uint64_t list() const { return index_hash(text, index_hash({&kind, 1})); }
};

/// The same, keeping its text. Sorted by position first.
struct kept_fact {
    position at;
    char kind;
    std::string text;
    std::uint64_t more;

    friend auto operator<=>(kept_fact const&, kept_fact const&) = default;
};

/// Sums of facts: two are alike if, but for a chance of one in 2^64, the facts are. Lists whose
/// sums differ can be told, so that only these are looked at again.
class fact_sums {
public:
    static constexpr std::size_t count = 4096;

    static std::size_t slot_of(std::uint64_t list) { return list % count; }

    void add(index_fact const& fact) {
        auto const list = fact.list();
        sums_[slot_of(list)] += mixed(list ^ mixed(fact.at.value ^ mixed(fact.more + 1)));
    }

    /// Where the other has another sum, ascending.
    std::vector<std::size_t> differences(fact_sums const& other) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < count; ++i)
            if (sums_[i] != other.sums_[i]) found.push_back(i);
        return found;
    }

private:
    static std::uint64_t mixed(std::uint64_t value) {
        value += 0x9e37'79b9'7f4a'7c15u;
        value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9u;
        value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11ebu;
        return value ^ (value >> 31);
    }

    std::vector<std::uint64_t> sums_ = std::vector<std::uint64_t>(count);
};

/// What an index has to say of an event.
template <class Visit>
void each_fact(recorded_event const& event, Visit const& visit) {
    auto const kind = [](posting_kind one) { return static_cast<char>(one); };
    auto const at = event.position;
    visit(index_fact{kind(posting_kind::name), event.stream, at, event.version.value});
    std::vector<std::string_view> tags(event.tags.begin(), event.tags.end());
    std::ranges::sort(tags);
    tags.erase(std::ranges::unique(tags).begin(), tags.end());
    for (auto const tag : tags)
        if (tag != event.stream) visit(index_fact{kind(posting_kind::name), tag, at});
    visit(index_fact{kind(posting_kind::type), event.type, at});
    visit(index_fact{kind(posting_kind::category), category_of(event.stream), at});
    std::string_view const id(
        reinterpret_cast<char const*>(event.id.bytes.data()), event.id.bytes.size()
    );
    visit(index_fact{id_kind, id, at, index_hash32(event.stream)});
}

}  // namespace diptych::log::segments
