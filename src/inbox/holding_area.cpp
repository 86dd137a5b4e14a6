#include "inbox/holding_area.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <utility>

namespace diptych::inbox {

namespace {

std::size_t bytes_of(message const& one) {
    return 256 + one.data.size() + one.id.size() + one.stream.size();
}

}  // namespace

bool held::is_same(message const& other) const {
    return is_dropped ? digest == digest_of(other) : canonical(*what) == canonical(other);
}

void held::drop() {
    if (std::exchange(is_dropped, true)) return;
    failure.clear();
    digest = digest_of(*what);
    auto less = *what;
    less.data = {};
    less.tags = {};
    what = std::make_shared<message const>(std::move(less));
}

void holding_area::add(held one) {
    auto const [at, is_new] = by_id_.emplace(one.what->id, std::move(one));
    DIPTYCH_ASSERT(is_new, "a message is held once");
    auto const* const added = &at->second;
    auto const& what = *added->what;
    by_stream_[what.stream].emplace(std::pair{what.version, added->arrival}, added);
    if (added->waits_for_id()) by_tag_[what.waits_for].emplace(added->arrival, added);
    if (!added->is_dropped)
        (added->failure.empty() ? fresh_ : dead_).emplace(place_of(*added), added);
    bytes_ += bytes_of(what);
}

held* holding_area::find_to_change(std::string_view message_id) {
    auto const at = by_id_.find(message_id);
    return at == by_id_.end() ? nullptr : &at->second;
}

held const* holding_area::find(std::string_view message_id) const {
    auto const at = by_id_.find(message_id);
    return at == by_id_.end() ? nullptr : &at->second;
}

void holding_area::leave_lists(held const& one) {
    fresh_.erase(place_of(one));
    dead_.erase(place_of(one));
}

void holding_area::forget_wait(held const& one) {
    auto const at = by_tag_.find(one.what->waits_for);
    if (at == by_tag_.end()) return;
    at->second.erase(one.arrival);
    if (at->second.empty()) by_tag_.erase(at);
}

void holding_area::take(std::string_view message_id) {
    auto const at = by_id_.find(message_id);
    if (at == by_id_.end()) return;
    auto const& one = at->second;
    leave_lists(one);
    forget_wait(one);
    bytes_ -= bytes_of(*one.what);
    auto const stream = by_stream_.find(one.what->stream);
    stream->second.erase({one.what->version, one.arrival});
    if (stream->second.empty()) by_stream_.erase(stream);
    by_id_.erase(at);
}

void holding_area::drop(std::string_view message_id) {
    auto* const one = find_to_change(message_id);
    if (one == nullptr) return;
    leave_lists(*one);
    forget_wait(*one);
    bytes_ -= bytes_of(*one->what);
    one->drop();
    bytes_ += bytes_of(*one->what);
}

void holding_area::fail(std::string_view message_id, std::string why) {
    auto* const one = find_to_change(message_id);
    if (one == nullptr || one->is_dropped) return;
    leave_lists(*one);
    one->failure = std::move(why);
    dead_.emplace(place_of(*one), one);
}

void holding_area::settle(std::string_view message_id) {
    if (auto* const one = find_to_change(message_id)) one->is_durable = true;
}

void holding_area::know(std::string_view message_id) {
    auto* const one = find_to_change(message_id);
    if (one == nullptr) return;
    forget_wait(*one);
    one->is_known = true;
}

void holding_area::unknow(std::string_view message_id) {
    auto* const one = find_to_change(message_id);
    if (one == nullptr || !one->is_known) return;
    one->is_known = false;
    if (one->waits_for_id()) by_tag_[one->what->waits_for].emplace(one->arrival, one);
}

held const* holding_area::first_of(std::string_view stream) const {
    auto const at = by_stream_.find(stream);
    return at == by_stream_.end() ? nullptr : at->second.begin()->second;
}

held const* holding_area::find_version(std::string_view stream, std::uint64_t version) const {
    auto const at = by_stream_.find(stream);
    if (at == by_stream_.end()) return nullptr;
    auto const first = at->second.lower_bound({version, 0});
    return first == at->second.end() || first->first.first != version ? nullptr : first->second;
}

std::vector<held const*> holding_area::all_of(std::string_view stream) const {
    std::vector<held const*> all;
    if (auto const at = by_stream_.find(stream); at != by_stream_.end())
        for (auto const& [version, one] : at->second) all.push_back(one);
    return all;
}

std::vector<held const*> holding_area::waiting_for(std::string_view tag) const {
    std::vector<held const*> all;
    if (auto const at = by_tag_.find(tag); at != by_tag_.end())
        for (auto const& [arrival, one] : at->second) all.push_back(one);
    return all;
}

void holding_area::advance(timestamp now) {
    while (!fresh_.empty() && fresh_.begin()->first.since + wait_max_ <= now)
        dead_.insert(fresh_.extract(fresh_.begin()));
}

bool holding_area::is_dead(held const& one) const { return dead_.contains(place_of(one)); }

std::vector<held const*> holding_area::page(
    bool dead, std::optional<held_place> const& after, std::size_t limit
) const {
    auto const& list = dead ? dead_ : fresh_;
    auto from = after ? list.upper_bound(*after) : list.begin();
    std::vector<held const*> all;
    for (; from != list.end() && all.size() < limit; ++from) all.push_back(from->second);
    return all;
}

std::vector<std::string_view> holding_area::streams() const {
    std::vector<std::string_view> all;
    for (auto const& [stream, waiting] : by_stream_) all.push_back(stream);
    return all;
}

std::vector<std::string> holding_area::ids() const {
    std::vector<std::pair<std::uint64_t, std::string_view>> by_arrival;
    for (auto const& [id, one] : by_id_) by_arrival.emplace_back(one.arrival, id);
    std::ranges::sort(by_arrival);
    std::vector<std::string> all;
    for (auto const& [arrival, id] : by_arrival) all.emplace_back(id);
    return all;
}

}  // namespace diptych::inbox
