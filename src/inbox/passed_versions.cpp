#include "inbox/passed_versions.hpp"

#include "inbox/records.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::inbox {

result<passed*> passed_versions::of(std::string_view stream) {
    auto name = std::string(stream);
    if (auto const at = young_.find(name); at != young_.end()) return &at->second;
    passed found;
    if (auto const at = old_.find(name); at != old_.end()) {
        found = at->second;
    } else {
        DIPTYCH_TRY(found, read(stream));
    }
    if (young_.size() >= generation_max_) old_ = std::exchange(young_, {});
    return &young_.emplace(std::move(name), found).first->second;
}

void passed_versions::forget(std::string const& stream) {
    young_.erase(stream);
    old_.erase(stream);
}

void passed_versions::clear() {
    young_.clear();
    old_.clear();
}

// The newest event says it, if it came in order; else it may be any back to one that did. Whoever
// appends to the stream past the inbox leaves none that says anything, and is passed over.
result<passed> passed_versions::read(std::string_view stream) const {
    passed found;
    auto const home = source_.home_of(stream);
    stream_options how{
        .from = version{}, .limit = 1, .direction = direction::backward, .engine_events = true
    };
    while (true) {
        DIPTYCH_TRY(auto const page, log_.read_stream(home, how));
        for (auto const& event : page) {
            found.home = std::max(found.home, event.version);
            auto const one = passing_of(event, source_);
            found.last = std::max(found.last, one.version);
            if (one.is_in_order || event.version.value == 1) return found;
            how.from = event.version - 1;
        }
        if (page.empty()) return found;
        how.limit = 256;
    }
}

}  // namespace diptych::inbox
