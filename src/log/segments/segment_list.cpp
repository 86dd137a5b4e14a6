#include "log/segments/segment_list.hpp"

#include "log/segments/segment_reading.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::log::segments {

namespace {

constexpr position everything{~std::uint64_t{0}};

// The chain after event `at`, which is not the last of its frame.
result<hash256> chain_inside(
    segment const& in, found_frame const& found, position at, std::uint64_t end
) {
    auto chain = in.header().chain;
    frame_cursor before(in, in.frame_before(found.about.first), end);
    while (before.place().offset < found.offset) {
        DIPTYCH_TRY(auto const one, before.next_header());
        chain = one->about.chain;
    }
    auto const offsets = event_offsets(found.bytes, found.about, found.offset);
    auto next = found.about.first;
    for (std::size_t i = 0; i < offsets.size() && next <= at; ++i, ++next) {
        auto const rest = found.bytes.substr(offsets[i] - found.offset);
        chain = chain_after(chain, rest.substr(0, record_size(rest)), next);
    }
    return chain;
}

}  // namespace

position log_reader::first_of(std::size_t i) const {
    return i < list_.sealed->size() ? (*list_.sealed)[i].first() : list_.open->header().first;
}

position log_reader::last_of(std::size_t i) const {
    return i + 1 == count() ? list_.last : (*list_.sealed)[i].last();
}

std::size_t log_reader::holder_of(position at) const {
    std::size_t low = 0;
    for (auto high = count(); high - low > 1;) {
        auto const middle = low + (high - low) / 2;
        (first_of(middle) <= at ? low : high) = middle;
    }
    return low;
}

result<log_reader::piece> log_reader::open(std::size_t i) const {
    if (i == list_.sealed->size()) return piece{.of = list_.open, .end = list_.open_end};
    DIPTYCH_TRY(auto opened, cache_.open((*list_.sealed)[i]));
    return piece{.of = std::move(opened), .end = (*list_.sealed)[i].extent.frames_end};
}

std::vector<epoch_start> log_reader::epochs() const {
    std::vector<epoch_start> all;
    auto const add = [&](segment_header const& header) {
        if (all.empty() || all.back().epoch != header.epoch)
            all.push_back({.epoch = header.epoch, .first = header.first});
    };
    for (auto const& entry : *list_.sealed) add(entry.header);
    if (list_.open) add(list_.open->header());
    return all;
}

std::unexpected<error> log_reader::missing_before(std::size_t i) const {
    auto const lost = last_of(i - 1) + 1;
    auto failure = fail(
        errc::corrupt,
        "missing_segment",
        fmt::format("events from position {} to {} are missing", lost.value, first_of(i).value - 1)
    );
    failure.error().facts.emplace_back("position", fmt::to_string(lost.value));
    return failure;
}

// What fails is for the call that begins with it to report; what is whole before it is given.
result<void> log_reader::each_frame(
    position from, position up_to, std::size_t bytes_max, frame_taker const& take
) const {
    if (count() == 0 || from > std::min(list_.last, up_to)) return {};
    frames_to_take wanted{
        .bytes = std::max<std::size_t>(bytes_max, 1), .up_to = up_to, .take = take
    };
    auto const begin = holder_of(from);
    for (auto i = begin; i < count() && wanted.bytes > 0 && first_of(i) <= up_to; ++i) {
        if (i > begin && first_of(i) != last_of(i - 1) + 1) {
            if (wanted.taken > 0) break;
            return missing_before(i);
        }
        auto const opened = open(i);
        if (!opened && wanted.taken > 0) break;
        DIPTYCH_TRY(auto const one, opened);
        auto const start =
            i == begin ? one.of->frame_before(from) : frame_place{segment_header_size, first_of(i)};
        frame_cursor cursor(*one.of, start, one.end);
        if (i == begin && from.value > 0) {
            DIPTYCH_TRY(seek(cursor, *one.of, from));
        }
        auto const taken = take_frames(cursor, *one.of, wanted);
        if (!taken && wanted.taken == 0) return taken;
        if (!taken) break;
    }
    return {};
}

result<std::vector<frame_ptr>> log_reader::frames(position from, std::size_t bytes_max) const {
    std::vector<frame_ptr> frames;
    auto const keep = [&](found_frame const& found, segment const& in) -> result<void> {
        DIPTYCH_TRY(auto one, decode_frame(found, in));
        frames.push_back(std::move(one));
        return {};
    };
    DIPTYCH_TRY(each_frame(from, everything, bytes_max, keep));
    return frames;
}

result<position> log_reader::visit(
    stretch const& of, std::size_t bytes_max, event_visitor const& visit
) const {
    auto last = of.after;
    result<void> said;
    auto const visit_one = [&](recorded_event const& event) -> result<void> {
        if (event.position <= of.after || event.position > of.up_to) return {};
        said = visit(event);
        if (said) last = event.position;
        return said;
    };
    auto const visit_all = [&](found_frame const& found, segment const& in) {
        return visit_events(found, in, visit_one);
    };
    DIPTYCH_TRY(each_frame(of.after + 1, of.up_to, bytes_max, visit_all));
    if (!said) return std::unexpected(std::move(said).error());
    return last;
}

result<log_reader::events> log_reader::fetch(std::span<position const> positions) const {
    events all;
    all.list.reserve(positions.size());
    while (!positions.empty()) {
        if (count() == 0 || positions.front() > list_.last || positions.front().value == 0)
            return fail(
                errc::not_found, fmt::format("position {} is not there", positions.front().value)
            );
        auto const i = holder_of(positions.front());
        auto const is_here = [&](position at) { return at <= last_of(i); };
        auto const behind = std::ranges::partition_point(positions, is_here);
        // The gap between a damaged segment's last event and the next segment belongs to it, too.
        auto const here =
            std::max<std::size_t>(1, static_cast<std::size_t>(behind - positions.begin()));
        DIPTYCH_TRY(auto const one, open(i));
        DIPTYCH_TRY(read_events(*one.of, positions.first(here), all.list, all.memory));
        positions = positions.subspan(here);
    }
    return all;
}

result<position> log_reader::position_at(timestamp when) const {
    std::size_t i = 0;
    auto const is_past = [&] {
        auto const extent =
            i < list_.sealed->size() ? (*list_.sealed)[i].extent : list_.open->extent();
        return extent.last_recorded <= when;
    };
    while (i < count() && is_past()) ++i;
    if (i == count()) return list_.last;
    auto low = first_of(i) - 1;  // recorded at or before `when`
    auto high = last_of(i) + 1;  // recorded later, or not there
    while (high.value - low.value > 1) {
        position const middle{low.value + (high.value - low.value) / 2};
        DIPTYCH_TRY(auto const event, fetch({&middle, 1}));
        (event.list.front().recorded_at <= when ? low : high) = middle;
    }
    return low;
}

// All values of the chain at a position: after its event and after each frame that takes none.
result<std::vector<hash256>> log_reader::chains_at(position at) const {
    std::vector<hash256> chains;
    if (at.value == 0) chains.push_back({});
    for (auto i = holder_of(at); i < count(); ++i) {
        DIPTYCH_TRY(auto const one, open(i));
        auto const start = chains.empty() ? one.of->frame_before(at)
                                          : frame_place{segment_header_size, first_of(i)};
        frame_cursor cursor(*one.of, start, one.end);
        if (chains.empty()) {
            DIPTYCH_TRY(seek(cursor, *one.of, at));
            DIPTYCH_TRY(auto const holder, cursor.next());
            if (holder->about.next() > at + 1) {
                DIPTYCH_TRY(auto const inside, chain_inside(*one.of, *holder, at, one.end));
                return std::vector{inside};
            }
            chains.push_back(holder->about.chain);
        }
        while (true) {
            auto const next = cursor.next_header();
            // Damage behind the event is none of it; what can not be read may be.
            if (!next && next.error().kind == errc::corrupt) return chains;
            if (!next) return std::unexpected(next.error());
            if (!*next) break;
            if ((*next)->about.event_count > 0) return chains;
            chains.push_back((*next)->about.chain);
        }
    }
    return chains;
}

result<hash256> log_reader::chain_at(position at) const {
    if (at.value == 0) return hash256{};
    if (at > list_.last)
        return fail(errc::not_found, fmt::format("position {} is not there", at.value));
    DIPTYCH_TRY(auto const chains, chains_at(at));
    return chains.front();
}

result<bool> log_reader::passed(position at, hash256 const& chain) const {
    if (at > list_.last) return false;
    if (count() == 0) return chain == hash256{};
    DIPTYCH_TRY(auto const chains, chains_at(at));
    return std::ranges::find(chains, chain) != chains.end();
}

}  // namespace diptych::log::segments
