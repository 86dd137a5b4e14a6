#include "edge/view_waits.hpp"

#include <fmt/core.h>

namespace diptych::edge {

view_waits::view_waits(read::view_set& views, worker_pool& pool, options how)
    : views_(views), pool_(pool), how_(std::move(how)) {}

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
    for (auto const& one : all) one->to.answer(too_late(*one));
}

http::response view_waits::too_late(waiting const& one) {
    return http::problem(
        503,
        "view_behind",
        fmt::format("view {} does not show {} yet; ask again", one.view, to_string(one.point))
    );
}

void view_waits::wait(
    std::string view, token point, http::request asked, http::responder to, then const& go_on
) {
    auto one = std::make_unique<waiting>(
        std::move(view), point, how_.now() + how_.wait_max, std::move(asked), std::move(to), go_on
    );
    {
        std::lock_guard const lock(mutex_);
        if (open_ && waiting_.size() < how_.waiting_max) {
            waiting_.push_back(std::move(one));
            ++count_;
        }
    }
    if (one)
        return one->to.answer(http::problem(503, "overloaded", "too many queries are waiting"));
    look();  // only now: a hint before would have been for nobody
}

// On a projector's or the commit step's thread: leaves at once.
void view_waits::on_hint() {
    if (count_.load(std::memory_order_relaxed) == 0 || looking_.exchange(true)) return;
    if (pool_.reserve()) {
        pool_.run([this] {
            looking_ = false;
            look();
        });
    } else {
        looking_ = false;  // the next tick looks
    }
}

void view_waits::look() {
    std::vector<std::pair<std::unique_ptr<waiting>, result<bool>>> done;
    {
        std::lock_guard const lock(mutex_);
        std::vector<std::unique_ptr<waiting>> kept;
        for (auto& one : waiting_) {
            auto reached = views_.has_reached(one->view, one->point);
            if (reached && !*reached)
                kept.push_back(std::move(one));
            else
                done.emplace_back(std::move(one), std::move(reached));
        }
        waiting_.swap(kept);
        count_ = waiting_.size();
    }
    for (auto& [one, reached] : done) {
        if (reached)
            one->go_on(std::move(one->asked), std::move(one->to));
        else
            one->to.answer(http::problem(reached.error()));
    }
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
