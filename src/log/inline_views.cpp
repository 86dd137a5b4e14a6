#include "log/inline_views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace diptych::log {

void inline_views::attach(std::shared_ptr<inline_view> view) {
    detach(view->name());
    views_.push_back(std::move(view));
}

void inline_views::expect(std::string_view name, std::string_view why) {
    detach(name);
    auto const lock = std::scoped_lock(mutex_);
    behind_.push_back({.name = std::string(name), .why = std::string(why)});
    is_behind_ = true;
}

void inline_views::detach(std::string_view name) {
    std::erase_if(views_, [&](auto const& one) { return one->name() == name; });
    auto const lock = std::scoped_lock(mutex_);
    std::erase_if(behind_, [&](auto const& one) { return one.name == name; });
    is_behind_ = !behind_.empty();
}

result<void> inline_views::apply(std::span<recorded_event const> events) {
    for (std::size_t i = 0; i < views_.size(); ++i) {
        auto applied = views_[i]->apply(events);
        if (applied) continue;
        for (auto earlier = i; earlier-- > 0;) views_[earlier]->drop();
        auto& why = applied.error();
        if (why.kind != errc::refused) {
            // No room or a lock is nothing that the append has done wrong: it may be tried again.
            if (why.kind != errc::unavailable) why.kind = errc::failed;
            why.message = fmt::format("view {}: {}", views_[i]->name(), why.message);
        }
        return applied;
    }
    return {};
}

void inline_views::keep() {
    for (auto const& one : views_) one->keep();
}

bool inline_views::commit(log_end const& checkpoint) {
    std::vector<absent> lost;
    std::erase_if(views_, [&](auto const& one) {
        auto const committed = one->commit(checkpoint);
        if (committed) return false;
        lost.push_back({.name = std::string(one->name()), .why = committed.error().message});
        return true;
    });
    if (lost.empty()) return true;
    // Named only now that nothing here touches them any more: whoever catches them up waits for it.
    auto const lock = std::scoped_lock(mutex_);
    std::ranges::move(lost, std::back_inserter(behind_));
    is_behind_ = true;
    return false;
}

void inline_views::abandon() {
    for (auto const& one : views_) one->abandon();
}

void inline_views::fall_behind() {
    auto const lock = std::scoped_lock(mutex_);
    for (auto const& one : views_)
        behind_.push_back(
            {.name = std::string(one->name()), .why = "it has missed what a failed write kept"}
        );
    views_.clear();
    is_behind_ = !behind_.empty();
}

std::vector<std::string> inline_views::behind() const {
    auto const lock = std::scoped_lock(mutex_);
    std::vector<std::string> names;
    for (auto const& one : behind_) names.push_back(one.name);
    return names;
}

std::string inline_views::why_behind() const {
    auto const lock = std::scoped_lock(mutex_);
    std::string all;
    for (auto const& one : behind_)
        all += fmt::format("{}{} ({})", all.empty() ? "" : "; ", one.name, one.why);
    return all;
}

}  // namespace diptych::log
