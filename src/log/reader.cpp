#include "log/reader.hpp"

#include "base/planted_bug.hpp"
#include "log/block_view.hpp"
#include "log/no_postings.hpp"
#include "log/query_plan.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace diptych::log {

namespace {

constexpr std::size_t limit_max = 10'000;
constexpr std::size_t batch_max = 1024;

}  // namespace

result<void> reader::check(read_options const& options) {
    if (options.limit >= 1 && options.limit <= limit_max) return {};
    return fail(
        errc::invalid,
        "bad_limit",
        fmt::format("a page has between 1 and {} events, not {}", limit_max, options.limit)
    );
}

result<std::shared_ptr<postings const>> reader::index() const {
    DIPTYCH_TRY(auto snapshot, engine_.index());
    if (snapshot->last() + 1 < tail_->first())
        return fail(
            errc::unavailable,
            "index_behind",
            fmt::format(
                "the index ends at position {} and memory begins at {}: it is missing, or being "
                "rebuilt",
                snapshot->last().value,
                tail_->first().value
            )
        );
    return snapshot;
}

result<void> reader::each_source(
    position first, position last, direction way, source_visitor const& go_on, by what
) const {
    auto const is_forward = way == direction::forward;
    auto const visit_index = [&]() -> result<bool> {
        if (first >= tail_->first() || last < first) return true;
        // Opened after the tail was pinned: it reaches the tail, whatever has happened since.
        auto const end = std::min(last, tail_->first() - 1);
        if (what == by::position) {
            no_postings const none(end);
            return go_on({.lists = &none, .block = nullptr, .first = first, .last = end});
        }
        DIPTYCH_TRY(auto const snapshot, index());
        return go_on({.lists = snapshot.get(), .block = nullptr, .first = first, .last = end});
    };
    auto const visit_block = [&](std::size_t i) -> result<bool> {
        auto const& block = *tail_->blocks[i];
        auto const end = tail_->last_of(i);
        auto const from = std::max(first, block.first());
        auto const to = std::min(last, end);
        if (to < from) return true;
        if (is_planted(bug::tail_forgotten) && i == 0 && tail_->blocks.size() > 1) return true;
        block_view const view(block, end, tail_->frames);
        return go_on({.lists = &view, .block = &view, .first = from, .last = to});
    };
    auto const blocks = tail_->blocks.size();
    for (std::size_t i = 0; i <= blocks; ++i) {
        auto const step = is_forward ? i : blocks - i;
        DIPTYCH_TRY(auto const more, step == 0 ? visit_index() : visit_block(step - 1));
        if (!more) break;
    }
    return {};
}

result<void> reader::load(
    source const& from, std::vector<position> positions, direction way, collected& into
) const {
    if (positions.empty()) return {};
    if (way == direction::backward) std::ranges::reverse(positions);
    auto const before = static_cast<std::ptrdiff_t>(into.events.size());
    if (from.block != nullptr) {
        from.block->copy(positions, into.events, into.memory);
    } else {
        DIPTYCH_TRY(auto const stored, engine_.fetch(positions));
        into.events.insert(into.events.end(), stored.begin(), stored.end());
        into.memory.insert(into.memory.end(), stored.memory().begin(), stored.memory().end());
    }
    if (way == direction::backward) std::reverse(into.events.begin() + before, into.events.end());
    return {};
}

result<void> reader::load_matching(
    source const& from, query const& what, direction way, std::size_t limit, collected& into
) const {
    auto const walk = plan(what, *from.lists, way);
    auto const is_forward = way == direction::forward;
    auto next = is_forward ? from.first : from.last;
    for (auto more = true; more && into.events.size() < limit;) {
        auto const wanted = std::min(limit - into.events.size(), batch_max);
        std::vector<position> batch;
        while (more && batch.size() < wanted) {
            DIPTYCH_TRY(auto const at, walk->seek(next));
            more = at && *at >= from.first && *at <= from.last;
            if (!more) break;
            batch.push_back(*at);
            more = *at != (is_forward ? from.last : from.first);
            next = is_forward ? *at + 1 : *at - 1;
        }
        auto const before = into.events.size();
        DIPTYCH_TRY(load(from, std::move(batch), way, into));
        auto const fresh = std::ranges::subrange(
            into.events.begin() + static_cast<std::ptrdiff_t>(before), into.events.end()
        );
        auto const others =
            std::ranges::remove_if(fresh, [&](auto const& event) { return !matches(what, event); });
        into.events.erase(others.begin(), others.end());
    }
    return {};
}

page reader::made_of(collected found, position last, read_options const& how) const {
    auto const is_full = found.events.size() == how.limit;
    auto seen = tail_->end.position;
    auto at_end = !is_full;
    if (how.direction == direction::forward) {
        at_end = at_end || found.events.back().position == last;
        seen = at_end ? std::max(last, std::min(how.after, seen)) : found.events.back().position;
    }
    return page{std::move(found.events), std::move(found.memory), line_.at(seen), at_end};
}

result<page> reader::read(read_options const& options) const {
    DIPTYCH_TRY(check(options));
    auto const is_forward = options.direction == direction::forward;
    auto const first = is_forward ? options.after + 1 : position{1};
    auto last = std::min(options.up_to.value_or(tail_->end.position), tail_->end.position);
    if (!is_forward && options.after.value > 0) last = std::min(last, options.after - 1);
    collected found;
    auto const visit_source = [&](source const& from) -> result<bool> {
        DIPTYCH_TRY(load_matching(from, options.what, options.direction, options.limit, found));
        return found.events.size() < options.limit;
    };
    auto const names_nothing = options.what.items.empty() && options.what.category.empty();
    DIPTYCH_TRY(each_source(
        first, last, options.direction, visit_source, names_nothing ? by::position : by::name
    ));
    return made_of(std::move(found), last, options);
}

result<page> reader::fetch(position first, std::size_t count) const {
    collected found;
    auto const visit_source = [&](source const& from) -> result<bool> {
        std::vector<position> positions;
        for (auto at = from.first; at <= from.last; ++at) positions.push_back(at);
        DIPTYCH_TRY(load(from, std::move(positions), direction::forward, found));
        return true;
    };
    DIPTYCH_TRY(
        each_source(first, first + count - 1, direction::forward, visit_source, by::position)
    );
    return page{std::move(found.events), std::move(found.memory), end(), true};
}

result<std::vector<frame_ptr>> reader::frames(position from, std::size_t bytes_max) const {
    std::vector<frame_ptr> some;
    if (from > tail_->end.position) return some;
    if (from < tail_->first()) {
        DIPTYCH_TRY(some, engine_.frames(from, bytes_max));
        std::erase_if(some, [&](auto const& one) { return one->last() > tail_->end.position; });
        return some;
    }
    std::size_t bytes = 0;
    auto const holder = tail_->block_of(from);
    for (auto i = holder; i < tail_->blocks.size(); ++i) {
        auto const& block = *tail_->blocks[i];
        auto const begin = i == holder ? block.frame_of(block.offset_of(from)) : 0;
        auto const end =
            std::min<std::uint64_t>(block.frame_count(), tail_->frames - block.frames_before());
        for (auto number = begin; number < end; ++number) {
            auto const& one = block.frame(number);
            bytes += one->bytes.size();
            if (!some.empty() && bytes > bytes_max) return some;
            some.push_back(one);
        }
    }
    return some;
}

}  // namespace diptych::log
