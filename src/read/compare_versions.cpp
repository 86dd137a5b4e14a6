// What is served, compared: with another version as of the same position, and with replays.
#include "read/compare_tables.hpp"
#include "read/ended_replay.hpp"
#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::read {

namespace {

// While events come, the one that is served may have gone on since it was looked at.
constexpr int snapshot_attempts = 1000;

// A connection whose snapshot stays.
struct still {
    sqlite::database in;
    position at;
};

result<still> stand_still(sqlite::location const& file, std::stop_token const& stop) {
    DIPTYCH_TRY(auto in, sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}));
    end_statements(in, stop);
    DIPTYCH_TRY(in.execute("begin"));
    DIPTYCH_TRY(auto const at, read_checkpoint(in, file.path));
    return still{.in = std::move(in), .at = at.at.position};
}

}  // namespace

result<version_comparison> view_versions::compare(
    std::string_view id, std::size_t differences_max, std::stop_token const& stop
) {
    return unless_ended(stop, compare_at_one_position(id, differences_max, stop));
}

result<version_comparison> view_versions::compare_at_one_position(
    std::string_view id, std::size_t differences_max, std::stop_token const& stop
) {
    auto [served, other] = [&]() -> std::pair<version_ptr, result<version_ptr>> {
        auto const lock = std::scoped_lock(administering_);
        return {served_version(), open_beside(id)};
    }();
    if (!other) return std::unexpected(other.error());
    auto const& one = *other;
    version_comparison made{.served = served->view->id(), .other = one->view->id(), .tables = {}};
    // A long way is gone alone: who steps the served one does not wait for that.
    while (one->view->now().at.position < served->view->now().at.position) {
        DIPTYCH_TRY(go_on(stop));
        auto const lock = std::scoped_lock(one->stepping);
        if (one == served_version()) return moves();
        DIPTYCH_TRY(one->view->step_up_to(served->view->now().at.position));
    }
    for (auto attempt = 0; attempt < snapshot_attempts; ++attempt) {
        DIPTYCH_TRY(go_on(stop));
        // Both at once, as hand_over() takes them: which of them is served stays so meanwhile.
        auto other_stands = std::unique_lock(one->stepping, std::defer_lock);
        auto served_stands = std::unique_lock(served->stepping, std::defer_lock);
        std::lock(other_stands, served_stands);
        if (served != served_version()) return moves();
        // An inline view does not write down where it is for events that do not concern it.
        auto const seen = served->view->now().at;
        DIPTYCH_TRY(auto const rows, stand_still(served->view->file(), stop));
        auto const upper = std::max(rows.at, seen.position);
        for (auto more = one->view->now().at.position < rows.at; more;) {
            DIPTYCH_TRY(go_on(stop));
            DIPTYCH_TRY(auto const done, one->view->step_up_to(rows.at));
            more = !done;
        }
        DIPTYCH_TRY(auto const beside, stand_still(one->view->file(), stop));
        made.tables.at = one->view->now().at;
        if (beside.at >= rows.at && beside.at <= upper) {
            // Snapshots stay: nobody waits while all rows are looked at.
            other_stands.unlock();
            served_stands.unlock();
            auto const [other_plan, plan] = std::pair{one->view->plan(), served->view->plan()};
            DIPTYCH_TRY(compare_tables(
                {beside.in, *other_plan->definition},
                {rows.in, *plan->definition},
                differences_max,
                made.tables
            ));
            return made;
        }
        if (served->view->is_inline() || beside.at < rows.at) continue;
        DIPTYCH_TRY(served->view->step());
    }
    return moves();
}

std::unexpected<error> view_versions::moves() const {
    return fail(
        errc::unavailable,
        "view_moves",
        "the versions of view '" + name_ + "' could not be brought to the same position"
    );
}

result<version_comparison> view_versions::compare_with_replay(replay_options const& how) {
    auto const one = served_version();
    DIPTYCH_TRY(auto tables, replays_.compare(*one->view, how));
    auto const is_equal = tables.different == 0 && tables.parked == 0;
    if (is_equal && tables.parking.is_diverged) {
        auto const lock = std::scoped_lock(one->stepping);
        DIPTYCH_TRY(one->view->settle(tables.parking.changes));
    }
    return version_comparison{
        .served = one->view->id(), .other = "rebuilt", .tables = std::move(tables)
    };
}

std::optional<replay_check> view_versions::last_check() const {
    return replays_.last_check(served()->id());
}

result<what_if_answer> view_versions::what_if(
    std::optional<source> text,
    altered_history const& otherwise,
    std::size_t differences_max,
    std::stop_token const& stop
) {
    auto const is = served()->plan();
    auto would_be = *is;
    if (text) {
        DIPTYCH_TRY(would_be, plan_(*std::move(text)));
        if (would_be.definition->name != name_)
            return fail(
                errc::invalid,
                "other_view",
                "the text is of view '" + would_be.definition->name + "', not of '" + name_ + "'"
            );
    }
    return replays_.what_if(*is, would_be, otherwise, differences_max, stop);
}

}  // namespace diptych::read
