#include "app/view_checker.hpp"

#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::app {

namespace {

constexpr int rest_for_work = 9;

// One that has diverged says so itself.
result<void> equal(std::string const& name, read::version_comparison const& made) {
    auto const& tables = made.tables;
    if (tables.different == 0 || tables.parking.is_diverged) return {};
    auto const& first = tables.differences.front();
    auto const shown = [](std::string const& row) { return row.empty() ? "none" : row; };
    return fail(
        errc::corrupt,
        "view_differs",
        fmt::format(
            "view {} ({}) is not what the log makes of it as of {}: {} of {} rows; the first is in "
            "{}: expected {}, found {}. `diptych view rebuild {}` builds it again",
            name,
            made.served,
            to_string(tables.at),
            tables.different,
            tables.rows,
            first.table,
            shown(first.expected),
            shown(first.found),
            name
        )
    );
}

}  // namespace

view_checker::view_checker(
    read::view_set& views, clock& time, std::chrono::seconds every, rest_function rest
)
    : views_(views), time_(time), every_(every), rest_(std::move(rest)) {}

result<bool> view_checker::step(std::stop_token const& stop) {
    auto const now = time_.now();
    if (left_.empty()) {
        if (begun_ != timestamp{} && now - begun_ < every_) return false;
        begun_ = now;
        left_ = views_.names();
        std::ranges::reverse(left_);
        if (left_.empty()) return false;
    }
    auto const compared = compare(left_.back(), stop);
    if (!compared && compared.error().kind == errc::unavailable) return false;
    left_.pop_back();
    if (!compared) return std::unexpected(compared.error());
    return !left_.empty();
}

result<void> view_checker::compare(std::string const& name, std::stop_token const& stop) {
    DIPTYCH_TRY(auto* const view, views_.versions(name));
    if (!view->served()->is_served()) return {};
    auto since = time_.now();
    auto const rest = [&](position, position) {
        auto const worked = time_.now() - since;
        rest_(std::max(worked, timestamp::duration{}) * rest_for_work);
        since = time_.now();
    };
    DIPTYCH_TRY(auto const made, view->compare_with_replay(1, stop, rest));
    return equal(name, made);
}

}  // namespace diptych::app
