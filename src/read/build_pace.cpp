#include "read/build_pace.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

using namespace std::chrono_literals;

constexpr auto window = 100ms;      // so long are commits watched before the share is changed
constexpr double slower = 1.5;      // a commit may take so many times what it did at best
constexpr double share_min = 0.05;  // a build comes to its end
constexpr double share_busy = 0.5;  // with commits under way it begins there
constexpr double share_step = 0.05;
constexpr double forgets = 1.002;  // the best is found anew within a minute: loads change

}  // namespace

std::chrono::microseconds build_pace::piece() const { return is_busy_ ? 5ms : 50ms; }

std::chrono::microseconds build_pace::rest_after(
    std::chrono::microseconds worked, timestamp now, commit_load const& so_far
) {
    if (!has_looked_ || now < looked_at_) {
        has_looked_ = true;
        looked_at_ = now;
        before_ = so_far;
    } else if (now - looked_at_ >= window) {
        look(now, so_far);
    }
    if (!is_busy_) return {};
    auto const rest = static_cast<double>(worked.count()) * (1 - share_) / share_;
    return std::min<std::chrono::microseconds>(
        std::chrono::microseconds{static_cast<std::int64_t>(rest)}, 200ms
    );
}

void build_pace::look(timestamp now, commit_load const& so_far) {
    auto const groups = so_far.groups - before_.groups;
    auto const spent = so_far.commit_us - before_.commit_us;
    looked_at_ = now;
    before_ = so_far;
    if (groups == 0) {
        is_busy_ = false;
        share_ = 1;
        return;
    }
    auto const mean = static_cast<double>(spent) / static_cast<double>(groups);
    if (!is_busy_) share_ = share_busy;
    is_busy_ = true;
    auto const is_slow = quiet_us_ > 0 && mean > quiet_us_ * slower;
    share_ = is_slow ? share_ / 2 : share_ + share_step;
    share_ = std::clamp(share_, share_min, share_busy);
    quiet_us_ = quiet_us_ > 0 ? std::min(quiet_us_ * forgets, mean) : mean;
}

}  // namespace diptych::read
