#include "sim/file_content.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace diptych::sim {

namespace {

void put(std::string& to, std::size_t offset, std::string_view bytes) {
    if (to.size() < offset + bytes.size()) to.resize(offset + bytes.size());
    std::memcpy(to.data() + offset, bytes.data(), bytes.size());
}

bool is_kept(random_source& chance) { return (chance.next() & 1) == 0; }

}  // namespace

void file_content::write(std::size_t offset, std::string_view bytes) {
    put(seen_, offset, bytes);
    changes_.push_back({.offset = offset, .bytes = std::string(bytes)});
}

void file_content::cut(std::size_t size) {
    seen_.resize(size);
    changes_.push_back({.offset = size, .bytes = {}, .is_cut = true});
}

void file_content::sync() {
    for (auto const& one : changes_) apply(one, 0, one.bytes.size());
    changes_.clear();
}

// What was cut comes into the journal before anything that was written later.
void file_content::fail_sync(random_source& chance) {
    for (auto const& one : changes_) {
        if (one.is_cut) apply(one, 0, 0);
        apply_some(one, chance);
    }
    changes_.clear();
}

void file_content::apply(change const& one, std::size_t from, std::size_t size) {
    if (one.is_cut)
        durable_.resize(one.offset);
    else
        put(durable_, one.offset + from, std::string_view(one.bytes).substr(from, size));
}

// Sector by sector.
void file_content::apply_some(change const& one, random_source& chance) {
    for (std::size_t from = 0; from < one.bytes.size();) {
        auto const at = one.offset + from;
        auto const size = std::min(sector_bytes - at % sector_bytes, one.bytes.size() - from);
        if (is_kept(chance)) apply(one, from, size);
        from += size;
    }
}

void file_content::lose_power(random_source& chance) {
    for (auto const& one : changes_) {
        if (one.is_cut && is_kept(chance)) apply(one, 0, 0);
        apply_some(one, chance);
    }
    changes_.clear();
    seen_ = durable_;
}

void file_content::replace(std::string bytes) {
    changes_.clear();
    seen_ = durable_ = std::move(bytes);
}

}  // namespace diptych::sim
