#include "app/view_checker.hpp"

#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace diptych::app {

namespace {

constexpr int rest_for_work = 9;
constexpr timestamp::duration rest_max = std::chrono::seconds{10};

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

view_checker::view_checker(read::view_set& views, clock& time, view_checker_options how)
    : views_(views), time_(time), how_(std::move(how)) {}

void view_checker::begin_round(timestamp now) {
    begun_ = now;
    left_ = views_.names();
    std::ranges::reverse(left_);
    unserved_.clear();
}

result<bool> view_checker::step(std::stop_token const& stop) {
    auto const now = time_.now();
    auto const is_due = begun_ == timestamp{} || now < begun_ || now - begun_ >= how_.every;
    if (left_.empty() && is_due) begin_round(now);
    auto& from = left_.empty() ? unserved_ : left_;
    if (from.empty()) return false;
    auto const name = from.back();
    from.pop_back();
    DIPTYCH_TRY(auto* const view, views_.versions(name));
    if (!view->served()->is_served()) {
        unserved_.insert(unserved_.begin(), name);
        return !left_.empty();
    }
    auto const compared = compare(*view, stop);
    if (compared) return !left_.empty();
    auto const& why = compared.error();
    if (why.code != "compared_already" && why.code != "replay_ended") return std::unexpected(why);
    from.push_back(name);
    return false;
}

result<void> view_checker::compare(read::view_versions& view, std::stop_token const& stop) {
    std::error_code ignored;
    auto const file = view.served()->file().path;
    auto const size = std::filesystem::file_size(file, ignored);
    auto const bytes = ignored ? 0 : size;
    auto const has_room = [&](std::uint64_t wanted) {
        return how_.room(file.parent_path()) >= how_.room_left + wanted;
    };
    auto const no_room = [&] {
        return fail(
            errc::unavailable,
            "no_room_to_check",
            fmt::format(
                "view {} is not compared with the log: there is no room for a second copy of its "
                "{} bytes",
                view.name(),
                bytes
            )
        );
    };
    if (!has_room(bytes)) return no_room();
    auto ended = std::stop_source();
    auto const forwarding = std::stop_callback(stop, [&ended] { ended.request_stop(); });
    auto is_full = false;
    auto since = time_.now();
    auto const rest = [&](position, position, std::stop_token const& to_end) {
        is_full = is_full || !has_room(0);
        if (is_full) ended.request_stop();
        auto const worked = time_.now() - since;
        how_.rest(std::clamp(worked * rest_for_work, timestamp::duration{}, rest_max), to_end);
        since = time_.now();
    };
    auto const made = view.compare_with_replay({
        .differences_max = 1,
        .stop = ended.get_token(),
        .progress = rest,
        .gives_way = true,
    });
    if (!made && (is_full || made.error().code == "disk_full")) return no_room();
    if (!made) return std::unexpected(made.error());
    return equal(view.name(), *made);
}

}  // namespace diptych::app
