#include "intake/offered.hpp"

namespace diptych::intake {

namespace {

constexpr std::size_t offered_most = 10'000;

}  // namespace

offered::~offered() {
    for (auto& [ticket, done] : waiting_)
        done(fail(errc::unavailable, "stopping", "the server stops: send it again"));
}

result<void> offered::offer(delivery message, taker done) {
    std::function<void()> arrived;
    {
        std::lock_guard const lock(mutex_);
        if (waiting_.size() >= offered_most)
            return fail(errc::unavailable, "intake_full", "too many messages wait: send it again");
        message.ticket = ++tickets_;
        waiting_.emplace(message.ticket, std::move(done));
        come_.push_back(std::move(message));
        arrived = arrived_;
    }
    if (arrived) arrived();
    return {};
}

// Nobody waits here: who offers says so.
result<std::vector<delivery>> offered::take(std::size_t most, std::chrono::milliseconds) {
    std::lock_guard const lock(mutex_);
    std::vector<delivery> all;
    for (; !come_.empty() && all.size() < most; come_.pop_front())
        all.push_back(std::move(come_.front()));
    return all;
}

void offered::settle(std::uint64_t ticket, result<settled> const& what) {
    taker done;
    {
        std::lock_guard const lock(mutex_);
        auto const found = waiting_.find(ticket);
        if (found == waiting_.end()) return;
        done = std::move(found->second);
        waiting_.erase(found);
    }
    done(what);
}

void offered::turn_away(error const& why) {
    std::deque<delivery> all;
    {
        std::lock_guard const lock(mutex_);
        all.swap(come_);
    }
    for (auto const& one : all) settle(one.ticket, std::unexpected(why));
}

void offered::on_arrival(std::function<void()> call) {
    std::lock_guard const lock(mutex_);
    arrived_ = std::move(call);
}

scheme offered_scheme() {
    return {
        .name = "http",
        .check = [](declaration const& of) -> result<void> {
            if (of.address.empty()) return {};
            return fail(
                errc::invalid,
                "channel_file",
                "from = \"http:\" alone: messages are sent to /channels/" + of.name + "/messages"
            );
        },
        .open = [](declaration const&, endpoint::surroundings const&)
            -> result<std::unique_ptr<receiver>> { return std::make_unique<offered>(); }
    };
}

}  // namespace diptych::intake
