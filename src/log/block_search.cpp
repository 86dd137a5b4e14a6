#include "log/block_search.hpp"

#include <algorithm>
#include <string_view>

namespace diptych::log {

namespace {

offsets from(offsets list, std::uint64_t begin) {
    return {std::lower_bound(list.begin(), list.end(), begin), list.end()};
}

// What one item's matches are among: some lists, or every event.
class candidates {
public:
    candidates(block const& in, std::uint64_t begin, std::uint64_t end)
        : block_(in), begin_(begin), end_(end) {}

    void add(query_item const& item, std::string_view category) {
        if (!item.tags.empty()) return add_shortest(item.tags);
        if (!item.types.empty()) {
            for (auto const& type : item.types) add(block_.type(type));
        } else if (!category.empty()) {
            add(block_.category(category));
        } else {
            all_ = true;
        }
    }

    // The next candidate; the end when there is none.
    std::uint64_t next() {
        if (all_) return begin_++;
        auto nearest = end_;
        for (auto const& list : lists_)
            if (!list.empty()) nearest = std::min<std::uint64_t>(nearest, list.front());
        for (auto& list : lists_)
            if (!list.empty() && list.front() == nearest) list = list.subspan(1);
        return nearest;
    }

private:
    void add(offsets list) {
        list = from(list, begin_);
        if (!list.empty()) lists_.push_back(list);
    }

    void add_shortest(std::vector<std::string> const& tags) {
        name_entry const* best = nullptr;
        std::size_t best_size = 0;
        for (auto const& tag : tags) {
            auto const* const entry = block_.name(tag);
            if (entry == nullptr) return;
            auto const size =
                from(entry->home(), begin_).size() + from(entry->tagged(), begin_).size();
            if (size == 0) return;
            if (best == nullptr || size < best_size) {
                best = entry;
                best_size = size;
            }
        }
        add(best->home());
        add(best->tagged());
    }

    block const& block_;
    std::uint64_t begin_;
    std::uint64_t end_;
    bool all_ = false;
    std::vector<offsets> lists_;
};

}  // namespace

bool each_match(
    block const& in,
    query const& what,
    stretch const& of,
    std::function<bool(recorded_event const& event)> const& visit
) {
    auto const behind = [&](position at) {
        return at < in.first() ? 0 : at.value + 1 - in.first().value;
    };
    auto const begin = behind(of.after);
    auto const end = behind(of.up_to);
    if (begin >= end) return true;
    candidates among(in, begin, end);
    for (auto const& item : what.items) among.add(item, what.category);
    if (what.items.empty()) among.add({}, what.category);
    for (auto at = among.next(); at < end; at = among.next()) {
        auto const& event = in.event(static_cast<std::uint32_t>(at));
        if (matches(what, event) && !visit(event)) return false;
    }
    return true;
}

void search(
    block const& in,
    query const& what,
    position after,
    std::size_t limit,
    std::vector<recorded_event>& into
) {
    if (into.size() >= limit) return;
    each_match(in, what, {.after = after, .up_to = in.last()}, [&](auto const& event) {
        into.push_back(event);
        return into.size() < limit;
    });
}

}  // namespace diptych::log
