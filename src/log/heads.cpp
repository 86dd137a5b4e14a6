#include "log/heads.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace diptych::log {

std::optional<std::uint32_t> heads::generation::find(std::string_view stream, std::uint32_t hash)
    const {
    return by_name.find(hash, [&](std::uint32_t i) {
        auto const& one = entries[i];
        return std::string_view(names).substr(one.name_at, one.name_size) == stream;
    });
}

void heads::generation::add(std::string_view stream, std::uint32_t hash, version at) {
    entries.push_back({.name_at = names.size(), .name_size = stream.size(), .at = at});
    names += stream;
    by_name.insert(hash, static_cast<std::uint32_t>(entries.size() - 1));
}

bool heads::has(std::string_view stream) const {
    auto const hash = hash_of(stream);
    auto const lock = std::shared_lock(mutex_);
    return young_->find(stream, hash) || old_->find(stream, hash);
}

std::optional<version> heads::find(std::string_view stream) const {
    auto const hash = hash_of(stream);
    if (auto const known = young_->find(stream, hash)) return young_->entries[*known].at;
    if (auto const known = old_->find(stream, hash)) return old_->entries[*known].at;
    return std::nullopt;
}

// Versions are read by this thread only; has() looks at names.
version* heads::young(std::string_view stream, std::uint32_t hash) {
    auto const known = young_->find(stream, hash);
    return known ? &young_->entries[*known].at : nullptr;
}

version* heads::add(std::string_view stream, std::uint32_t hash, version at, position now) {
    auto const lock = std::scoped_lock(mutex_);
    if (young_->entries.size() >= generation_max_) {
        forgotten_to_ = std::max(forgotten_to_, old_->until);
        young_->until = now;
        old_ = std::exchange(young_, std::make_unique<generation>());
    }
    young_->add(stream, hash, at);
    return &young_->entries.back().at;
}

version* heads::changeable(std::string_view stream, position now) {
    auto const hash = hash_of(stream);
    if (auto* const known = young(stream, hash)) return known;
    auto const older = old_->find(stream, hash);
    return older ? add(stream, hash, old_->entries[*older].at, now) : nullptr;
}

void heads::set(std::string_view stream, version at, position now) {
    auto const hash = hash_of(stream);
    if (auto* const known = young(stream, hash))
        *known = at;
    else
        add(stream, hash, at, now);
}

void heads::clear(position now) {
    auto const lock = std::scoped_lock(mutex_);
    young_ = std::make_unique<generation>();
    old_ = std::make_unique<generation>();
    forgotten_to_ = now;
}

}  // namespace diptych::log
