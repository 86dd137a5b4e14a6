// What changes which version of a view is served.
#include "base/planted_bug.hpp"
#include "read/view_version.hpp"
#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::read {

// An id that there is no file of yet, for another file of the same version.
result<std::string> view_versions::unused_id(std::string_view id) const {
    auto next = std::string{id};
    while (true) {
        next = next_build(next);
        DIPTYCH_TRY(
            auto const there, in_.file_of(name_, next).disk().exists(in_.file_of(name_, next).path)
        );
        if (!there && !find(next) && !was_removed(next)) return next;
    }
}

bool view_versions::was_removed(std::string_view id) const {
    auto const lock = std::scoped_lock(choosing_);
    return removed_.contains(id);
}

void view_versions::build_next(view_plan plan, std::string id, bool by_itself) {
    auto made = open_version(std::move(plan), std::move(id), view_role::beside, false);
    made->view->open();
    made->is_next = by_itself;
    auto const lock = std::scoped_lock(choosing_);
    beside_.push_back(std::move(made));
}

result<void> view_versions::remove(version_ptr const& one) {
    {
        auto const lock = std::scoped_lock(choosing_);
        std::erase(beside_, one);
        removed_.insert(one->view->id());
    }
    // Whoever was at it is done; its connections go with who still reads.
    auto const lock = std::scoped_lock(one->stepping);
    return sqlite::remove(one->view->file());
}

// What was to be served next is not wanted any more, unless it is the one `but`; what has never
// been whole is not kept.
result<void> view_versions::forget_next(std::string_view but) {
    version_ptr next;
    {
        auto const lock = std::scoped_lock(choosing_);
        for (auto const& one : beside_)
            if (one->view->id() != but && std::exchange(one->is_next, false)) next = one;
    }
    auto now = choice();
    if (now.building != but && !now.building.empty()) {
        now.building.clear();
        DIPTYCH_TRY(choices_.keep(name_, now));
    }
    if (!next || next->view->id() == now.before) return {};
    return remove(next);
}

// If it keeps its text, nothing has been chosen either.
result<void> view_versions::choose_and_redefine(
    view_choice const& next, version& one, view_plan plan
) {
    auto const was = choice();
    DIPTYCH_TRY(choices_.keep(name_, next));
    auto const stepping = std::scoped_lock(one.stepping);
    auto done = one.view->redefine(std::move(plan));
    if (!done) (void)choices_.keep(name_, was);
    return done;
}

result<std::string> view_versions::offer(view_plan plan, bool by_itself) {
    auto const lock = std::scoped_lock(administering_);
    auto const now = served_version();
    auto next = choice();
    next.offered = plan.version;
    if (plan.version == version_in(now->view->id())) {
        next.building.clear();
        if (!plan.definition->is_inline) next.is_part = false;
        DIPTYCH_TRY(choose_and_redefine(next, *now, std::move(plan)));
        (void)forget_next();  // a file that can not be removed rests
        return now->view->id();
    }
    auto id = plan.version;
    for (auto const& one : versions())
        if (version_in(one.id) == plan.version) id = one.id;
    if (version_in(next.before) == plan.version) id = next.before;
    if (was_removed(id)) {
        DIPTYCH_TRY(id, unused_id(id));
    }
    next.building = by_itself ? id : std::string{};
    auto const known = find_beside(id);
    if (known) {
        DIPTYCH_TRY(choose_and_redefine(next, *known, std::move(plan)));
    } else {
        DIPTYCH_TRY(choices_.keep(name_, next));
    }
    (void)forget_next(id);
    if (!known) {
        build_next(std::move(plan), id, by_itself);
        return id;
    }
    auto const choosing = std::scoped_lock(choosing_);
    known->is_next = by_itself;
    return id;
}

result<std::string> view_versions::rebuild() {
    auto const lock = std::scoped_lock(administering_);
    DIPTYCH_TRY(forget_next());
    auto const now = served();
    DIPTYCH_TRY(auto id, unused_id(now->id()));
    auto next = choice();
    next.building = id;
    DIPTYCH_TRY(choices_.keep(name_, next));
    build_next(*now->plan(), id, true);
    return id;
}

// A version that rests follows the log again.
result<view_versions::version_ptr> view_versions::open_beside(std::string_view id) {
    if (auto known = find_beside(id)) return known;
    // Its file has one writer.
    if (served()->id() == id)
        return fail(
            errc::invalid,
            "version_served",
            "version " + std::string{id} + " of view '" + name_ + "' is the one that is served"
        );
    DIPTYCH_TRY(auto plan, stored_plan(id));
    build_next(std::move(plan), std::string{id}, false);
    return find_beside(id);
}

result<bool> view_versions::switch_to(std::string_view id) {
    auto const lock = std::scoped_lock(administering_);
    if (served()->id() == id) return true;
    DIPTYCH_TRY(auto const to, open_beside(id));
    if (auto const now = to->view->now(); now.last_error) return std::unexpected(*now.last_error);
    {
        auto const is_other = [&](version_ptr const& one) { return one->is_next && one != to; };
        auto choosing = std::unique_lock(choosing_);
        if (std::ranges::any_of(beside_, is_other)) {
            choosing.unlock();
            DIPTYCH_TRY(forget_next());
        }
    }
    auto const end = in_.log.durable_end().position;
    auto const at = to->view->now().at.position;
    if (end <= at || end.value - at.value <= in_.options.batch_events_max) {
        DIPTYCH_TRY(hand_over(to));
        return true;
    }
    auto next = choice();
    next.building = id;
    DIPTYCH_TRY(choices_.keep(name_, next));
    auto const choosing = std::scoped_lock(choosing_);
    to->is_next = true;
    return false;
}

result<bool> view_versions::back() {
    auto const before = choice().before;
    if (before.empty())
        return fail(
            errc::not_found,
            "no_version_before",
            "there is no version of view '" + name_ + "' that was served before"
        );
    return switch_to(before);
}

result<bool> view_versions::switch_if_ready(version_ptr const& one) {
    auto const lock = std::scoped_lock(administering_);
    {
        auto const choosing = std::scoped_lock(choosing_);
        auto const is_there = std::ranges::find(beside_, one) != beside_.end();
        if (!is_there || !one->is_next || one->view->now().last_error) return false;
    }
    auto const done = hand_over(one);
    if (done) return true;
    if (done.error().code == "distrusted") return false;  // it is built again, in a while
    return std::unexpected(done.error());
}

void view_versions::show(version_ptr const& one) {
    auto const lock = std::scoped_lock(choosing_);
    served_ = one;
}

// What queries have seen, they go on seeing.
result<void> view_versions::reach(version& to, version& from) {
    auto const seen = from.view->now();
    if (seen.state == view_state::failed || is_planted(bug::switched_behind)) return {};
    while (to.view->now().at.position < seen.at.position) {
        auto const before = to.view->now().at.position;
        DIPTYCH_TRY(auto const done, to.view->step_up_to(seen.at.position));
        if (!done && to.view->now().at.position == before)
            return fail(
                errc::unavailable,
                "view_behind",
                "version " + to.view->id() + " of view '" + name_ + "' does not come on"
            );
    }
    return {};
}

result<void> view_versions::hand_over(version_ptr const& to) {
    auto const from = served_version();
    auto const both = std::scoped_lock(to->stepping, from->stepping);
    auto const was = choice();
    auto const takes_part = to->view->plan()->definition->is_inline;
    auto const took_part = from->view->is_inline();
    // Most of the way first: while it is out of commits nothing is refused.
    DIPTYCH_TRY(reach(*to, *from));
    // Out of commits then, or it would move on while the other one comes up to it.
    if (took_part && !takes_part) from->view->stand_aside(false);
    auto const give_back = [&](error why) {
        if (took_part && !takes_part) from->view->take_part_again(true);
        (void)choices_.keep(name_, was);
        return std::unexpected(std::move(why));
    };
    if (auto reached = reach(*to, *from); !reached) return give_back(reached.error());
    view_choice const next{
        .served = to->view->id(),
        .before = from->view->id(),
        .building = {},
        .offered = was.offered,
        .is_part = takes_part,
    };
    if (auto kept = choices_.keep(name_, next); !kept) return give_back(kept.error());
    // The commit step calls before it answers: who was answered finds what he has written.
    auto const served = to->view->serve([this, next = std::weak_ptr(to)] {
        if (auto const one = next.lock(); one && !is_planted(bug::shown_late)) show(one);
    });
    if (!served) return give_back(served.error());
    from->view->stand_aside(takes_part);
    if (takes_part && is_planted(bug::shown_late)) return {};
    {
        auto const lock = std::scoped_lock(choosing_);
        served_ = to;
        to->is_next = false;
        std::erase(beside_, to);
        // One before that one rests.
        std::erase_if(beside_, [&](auto const& one) {
            return !one->is_next && one->view->id() == was.before;
        });
        beside_.push_back(from);
    }
    in_.hints->give();
    return {};
}

result<void> view_versions::drop(std::string_view id) {
    auto const lock = std::scoped_lock(administering_);
    if (served()->id() == id)
        return fail(
            errc::invalid,
            "version_served",
            "version " + std::string{id} + " of view '" + name_ +
                "' is served: switch to another one first"
        );
    auto now = choice();
    auto changed = now;
    if (changed.before == id) changed.before.clear();
    if (changed.building == id) changed.building.clear();
    if (changed != now) {
        DIPTYCH_TRY(choices_.keep(name_, changed));
    }
    if (auto const known = find_beside(id)) return remove(known);
    auto const file = in_.file_of(name_, id);
    DIPTYCH_TRY(auto const there, file.disk().exists(file.path));
    if (!there || id_in(file.path.filename().string(), name_) != id) return no_such_version(id);
    {
        auto const choosing = std::scoped_lock(choosing_);
        removed_.insert(std::string{id});
    }
    return sqlite::remove(file);
}

}  // namespace diptych::read
