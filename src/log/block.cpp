#include "log/block.hpp"

#include <cstring>
#include <utility>

namespace diptych::log {

namespace {

std::string_view bytes_of(uuid const& id) {
    return {reinterpret_cast<char const*>(id.bytes.data()), id.bytes.size()};
}

std::uint32_t hash_of(std::string_view caller, std::string_view id) {
    return log::hash_of(caller) * 31 + log::hash_of(id);
}

std::string_view copy_of(std::string_view text, std::pmr::memory_resource& memory) {
    auto* const at = static_cast<char*>(memory.allocate(text.size() + 1, 1));
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
}

}  // namespace

template <class Entry>
Entry const* block::directory<Entry>::find(std::string_view text) const {
    auto const at =
        by_text.find(hash_of(text), [&](std::uint32_t i) { return entries[i].text == text; });
    return at ? &entries[*at] : nullptr;
}

template <class Entry>
Entry& block::directory<Entry>::find_or_add(
    std::string_view text, std::pmr::memory_resource& memory
) {
    auto const hash = hash_of(text);
    auto const at = by_text.find(hash, [&](std::uint32_t i) { return entries[i].text == text; });
    if (at) return entries.changeable(*at);
    auto& added = entries.emplace_back(copy_of(text, memory));
    by_text.insert(hash, static_cast<std::uint32_t>(entries.size() - 1));
    return added;
}

void block::begin(frame_ptr next) {
    frames_.emplace_back(std::move(next));
    events_of_newest_ = 0;
    answers_of_newest_ = 0;
}

void block::take_events(std::size_t count) {
    for (; count > 0; --count) index_event(frames_.last()->events[events_of_newest_]);
}

void block::take_answer() { index_answer(static_cast<std::uint32_t>(answers_of_newest_)); }

void block::add(frame_ptr whole) {
    committed(whole->bytes.size());
    begin(std::move(whole));
    auto const& newest = *frames_.last();
    for (auto const& event : newest.events) index_event(event);
    for (std::uint32_t i = 0; i < newest.answers.size(); ++i) index_answer(i);
}

void block::index_event(recorded_event const& event) {
    auto const offset = static_cast<std::uint32_t>(places_.size());
    places_.emplace_back(place{
        .frame = static_cast<std::uint32_t>(frames_.size() - 1),
        .record = static_cast<std::uint32_t>(events_of_newest_++)
    });
    auto& stream = names_.find_or_add(event.stream, memory_);
    if (stream.home().empty()) stream.first_version = event.version;
    stream.home_list.push_back(offset, memory_);
    for (auto const tag : event.tags) {
        if (tag == event.stream) continue;
        auto& name = names_.find_or_add(tag, memory_);
        if (auto const known = name.tagged(); known.empty() || known.back() != offset)
            name.tag_list.push_back(offset, memory_);
    }
    types_.find_or_add(event.type, memory_).at.push_back(offset, memory_);
    categories_.find_or_add(category_of(event.stream), memory_).at.push_back(offset, memory_);
    ids_.insert(log::hash_of(bytes_of(event.id)), offset);
}

void block::index_answer(std::uint32_t record) {
    ++answers_of_newest_;
    auto const& key = frames_.last()->answers[record].key;
    answer_places_.emplace_back(
        place{.frame = static_cast<std::uint32_t>(frames_.size() - 1), .record = record}
    );
    answers_.insert(
        hash_of(key.caller, key.id), static_cast<std::uint32_t>(answer_places_.size() - 1)
    );
}

name_entry const* block::name(std::string_view text) const { return names_.find(text); }

offsets block::type(std::string_view text) const {
    auto const* const entry = types_.find(text);
    return entry == nullptr ? offsets{} : entry->at.now();
}

offsets block::category(std::string_view text) const {
    auto const* const entry = categories_.find(text);
    return entry == nullptr ? offsets{} : entry->at.now();
}

std::vector<frame_ptr> block::frames() const {
    std::vector<frame_ptr> all;
    all.reserve(frames_.size());
    for (std::size_t i = 0; i < frames_.size(); ++i) all.push_back(frames_[i]);
    return all;
}

std::optional<std::uint32_t> block::find(std::string_view stream, uuid const& id, position last)
    const {
    return ids_.find(log::hash_of(bytes_of(id)), [&](std::uint32_t offset) {
        if (position_of(offset) > last) return false;
        auto const& known = event(offset);
        return known.id == id && known.stream == stream;
    });
}

answer const* block::find_answer(
    std::string_view caller, std::string_view id, std::uint64_t frames_end
) const {
    auto const answer_of = [this](place at) -> answer const& {
        return frames_[at.frame]->answers[at.record];
    };
    auto const found = answers_.find(hash_of(caller, id), [&](std::uint32_t i) {
        auto const at = answer_places_[i];
        if (frames_before_ + at.frame >= frames_end) return false;
        auto const& key = answer_of(at).key;
        return key.id == id && key.caller == caller;
    });
    return found ? &answer_of(answer_places_[*found]) : nullptr;
}

}  // namespace diptych::log
