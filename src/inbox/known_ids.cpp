#include "inbox/known_ids.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::inbox {

namespace {

// What is asked for, as one text. A tag has no control characters.
std::string question(prerequisite const& after, std::string_view tag) {
    std::string text(tag);
    for (auto const& type : after.types) text.append(1, '\n').append(type);
    return text;
}

}  // namespace

result<bool> known_ids::has(prerequisite const& after, std::string_view tag) {
    auto asked = question(after, tag);
    if (young_.contains(asked)) return true;
    if (!old_.contains(asked)) {
        DIPTYCH_TRY(
            auto const found,
            log_.read(
                {.what = {.items = {{.types = after.types, .tags = {std::string(tag)}}}}, .limit = 1
                }
            )
        );
        if (found.empty()) return false;
    }
    add(std::move(asked));
    return true;
}

void known_ids::add(std::string question) {
    if (young_.size() >= generation_max_) old_ = std::exchange(young_, {});
    young_.insert(std::move(question));
}

}  // namespace diptych::inbox
