#include "log/block.hpp"

#include <cstring>
#include <mutex>
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
    std::string_view text, std::pmr::memory_resource& names
) {
    auto const hash = hash_of(text);
    auto const at = by_text.find(hash, [&](std::uint32_t i) { return entries[i].text == text; });
    if (at) return entries[*at];
    by_text.insert(hash, static_cast<std::uint32_t>(entries.size()));
    return entries.emplace_back(Entry{.text = copy_of(text, names)});
}

void block::begin(frame_ptr next) {
    auto const lock = std::scoped_lock(mutex_);
    frames_.push_back(std::move(next));
    events_of_newest_ = 0;
    answers_of_newest_ = 0;
}

void block::take_events(std::size_t count) {
    auto const lock = std::scoped_lock(mutex_);
    for (; count > 0; --count) index_event(frames_.back()->events[events_of_newest_]);
}

void block::take_answer() {
    auto const lock = std::scoped_lock(mutex_);
    index_answer(static_cast<std::uint32_t>(answers_of_newest_));
}

void block::add(frame_ptr whole) {
    committed(whole->bytes.size());
    begin(std::move(whole));
    auto const lock = std::scoped_lock(mutex_);
    auto const& newest = *frames_.back();
    for (auto const& event : newest.events) index_event(event);
    for (std::uint32_t i = 0; i < newest.answers.size(); ++i) index_answer(i);
}

void block::index_event(recorded_event const& event) {
    auto const offset = static_cast<std::uint32_t>(places_.size());
    places_.push_back(
        {.frame = static_cast<std::uint32_t>(frames_.size() - 1),
         .record = static_cast<std::uint32_t>(events_of_newest_++)}
    );
    auto& stream = names_.find_or_add(event.stream, names_memory_);
    if (stream.home.empty()) stream.first_version = event.version;
    stream.home.push_back(offset);
    for (auto const tag : event.tags) {
        if (tag == event.stream) continue;
        auto& tagged = names_.find_or_add(tag, names_memory_).tagged;
        if (tagged.empty() || tagged.back() != offset) tagged.push_back(offset);
    }
    types_.find_or_add(event.type, names_memory_).at.push_back(offset);
    categories_.find_or_add(category_of(event.stream), names_memory_).at.push_back(offset);
    ids_.insert(log::hash_of(bytes_of(event.id)), offset);
}

void block::index_answer(std::uint32_t record) {
    ++answers_of_newest_;
    auto const& key = frames_.back()->answers[record].key;
    answers_.insert(hash_of(key.caller, key.id), static_cast<std::uint32_t>(answer_places_.size()));
    answer_places_.push_back(
        {.frame = static_cast<std::uint32_t>(frames_.size() - 1), .record = record}
    );
}

name_entry const* block::name(std::string_view text) const { return names_.find(text); }

std::span<std::uint32_t const> block::type(std::string_view text) const {
    auto const* const entry = types_.find(text);
    return entry == nullptr ? std::span<std::uint32_t const>{} : entry->at;
}

std::span<std::uint32_t const> block::category(std::string_view text) const {
    auto const* const entry = categories_.find(text);
    return entry == nullptr ? std::span<std::uint32_t const>{} : entry->at;
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
