#include "edge/view_waits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>

namespace diptych::edge {

view_waits::view_waits(read::view_set& views, worker_pool& pool, options how)
    : views_(views), how_(std::move(how)), looking_(pool, [this] { look(); }) {}

void view_waits::open() {
    {
        std::lock_guard const lock(mutex_);
        open_ = true;
    }
    hints_ = views_.on_progress([this] { on_hint(); });
}

void view_waits::close() {
    hints_.reset();
    std::vector<std::unique_ptr<waiting>> all;
    {
        std::lock_guard const lock(mutex_);
        open_ = false;
        all.swap(waiting_);
        count_ = 0;
    }
    (void)settle_all(std::move(all));
}

/// Answers now: who has what he waits for gets it, to the others `otherwise` speaks.
void view_waits::settle(std::unique_ptr<waiting> one, http::response (*otherwise)(waiting const&))
    const {
    auto const reached = views_.has_reached(one->view, one->point);
    if (!reached)
        one->to.answer(http::problem(reached.error()));
    else if (!*reached)
        one->to.answer(otherwise(*one));
    else
        one->go_on(std::move(one->asked), std::move(one->to));
}

/// What one of them throws has answered that one, and is none of the others' business.
std::exception_ptr view_waits::settle_all(std::vector<std::unique_ptr<waiting>> all) const {
    std::exception_ptr thrown;
    for (auto& one : all) {
        try {
            settle(std::move(one), too_late);
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    return thrown;
}

http::response view_waits::too_late(waiting const& one) {
    return http::problem(
        503,
        "view_behind",
        fmt::format("view {} does not show {} yet; ask again", one.view, to_string(one.point))
    );
}

http::response view_waits::too_many(waiting const&) {
    return http::problem(503, "overloaded", "too many queries are waiting");
}

void view_waits::wait(
    std::string view, token point, http::request asked, http::responder to, then const& go_on
) {
    auto one = std::make_unique<waiting>(
        std::move(view), point, how_.now() + how_.wait_max, std::move(asked), std::move(to), go_on
    );
    bool open = false;
    {
        std::lock_guard const lock(mutex_);
        open = open_;
        if (open && waiting_.size() < how_.waiting_max) {
            waiting_.push_back(std::move(one));
            ++count_;
        }
    }
    if (one) return settle(std::move(one), open ? too_many : too_late);
    look();  // only now: a hint before would have been for nobody
}

// On a projector's or the commit step's thread: leaves at once.
void view_waits::on_hint() {
    if (count_.load(std::memory_order_relaxed) > 0) looking_.want();
}

void view_waits::look() {
    std::vector<std::unique_ptr<waiting>> done;
    {
        std::lock_guard const lock(mutex_);
        auto const still_waits = [&](std::unique_ptr<waiting> const& one) {
            auto const reached = views_.has_reached(one->view, one->point);
            return reached && !*reached;
        };
        auto const behind = std::ranges::partition(waiting_, still_waits);
        std::ranges::move(behind, std::back_inserter(done));
        waiting_.erase(behind.begin(), behind.end());
        count_ = waiting_.size();
    }
    if (auto const thrown = settle_all(std::move(done))) std::rethrow_exception(thrown);
}

void view_waits::tick() {
    if (count_ == 0) return;
    on_hint();
    std::vector<std::unique_ptr<waiting>> late;
    {
        std::lock_guard const lock(mutex_);
        auto const now = how_.now();
        std::vector<std::unique_ptr<waiting>> kept;
        for (auto& one : waiting_) (now < one->until ? kept : late).push_back(std::move(one));
        waiting_.swap(kept);
        count_ = waiting_.size();
    }
    for (auto const& one : late) one->to.answer(too_late(*one));
}

}  // namespace diptych::edge
