#include "read/inline_projection.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

// Groups without events of the view's types are not worth a write each; after a crash they are
// looked through again.
constexpr std::uint64_t unwritten_max = 10'000;

}  // namespace

inline_projection::inline_projection(
    std::string name,
    std::shared_ptr<view_database> into,
    std::shared_ptr<projection> with,
    std::function<void(token const&)> moved
)
    : name_(std::move(name)),
      into_(std::move(into)),
      with_(std::move(with)),
      moved_(std::move(moved)),
      reached_(into_->at()) {}

bool inline_projection::wants(std::span<recorded_event const> events) const {
    return std::ranges::any_of(events, [&](auto const& e) { return with_->wants(e.type); });
}

result<void> inline_projection::open_savepoint() {
    if (savepoint_.raw() == nullptr) {
        auto const& in = into_->connection();
        DIPTYCH_TRY(savepoint_, in.prepare("savepoint append"));
        DIPTYCH_TRY(release_, in.prepare("release append"));
        DIPTYCH_TRY(back_, in.prepare("rollback to append"));
    }
    if (!is_open_) {
        DIPTYCH_TRY(into_->begin());
        is_open_ = true;
    }
    DIPTYCH_TRY(savepoint_.run());
    has_savepoint_ = true;
    return {};
}

result<void> inline_projection::apply(std::span<recorded_event const> events) {
    DIPTYCH_ASSERT(!has_savepoint_, "each append is kept or dropped before the next one");
    if (!wants(events)) return {};
    if (broken_)
        return fail(
            errc::unavailable,
            "view_lost",
            "view '" + name_ + "' has lost this group and catches up"
        );
    if (auto opened = open_savepoint(); !opened) {
        broken_ = true;
        return opened;
    }
    for (auto const& event : events) {
        auto applied = with_->apply(event);
        if (applied) continue;
        drop();
        return applied;
    }
    return {};
}

void inline_projection::keep() {
    if (!std::exchange(has_savepoint_, false)) return;
    if (!release_.run()) broken_ = true;
}

void inline_projection::drop() {
    if (!std::exchange(has_savepoint_, false)) return;
    // On a full disk SQLite may have rolled back everything; what this group did before is gone.
    if (!into_->in_transaction() || !back_.run() || !release_.run()) broken_ = true;
}

result<void> inline_projection::commit(log::log_end const& end) {
    DIPTYCH_ASSERT(!has_savepoint_, "the last append is kept or dropped before the commit");
    if (std::exchange(broken_, false)) {
        into_->roll_back();
        is_open_ = false;
        return fail(errc::failed, "view_lost", "view '" + name_ + "' has lost a group of appends");
    }
    // All was refused, or a frame of answers has moved the chain but not the position.
    if (end.position == reached_.at.position) {
        if (std::exchange(is_open_, false)) into_->roll_back();
        return {};
    }
    auto const next = checkpoint{
        .log_id = end.log_id,
        .at = {.epoch = end.epoch, .position = end.position},
        .chain = end.chain,
    };
    auto const unwritten = end.position.value - into_->at().at.position.value;
    if (is_open_ || unwritten >= unwritten_max) {
        if (!std::exchange(is_open_, false)) {
            DIPTYCH_TRY(into_->begin());
        }
        DIPTYCH_TRY(into_->commit(next));
    }
    reached_ = next;
    moved_(reached_.at);
    return {};
}

void inline_projection::abandon() {
    into_->roll_back();
    is_open_ = false;
    has_savepoint_ = false;
    broken_ = false;
}

}  // namespace diptych::read
