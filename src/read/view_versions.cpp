#include "read/view_versions.hpp"

#include "read/version_file.hpp"
#include "read/view_text.hpp"
#include "read/view_version.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::read {

view_versions::view_versions(
    view_plan wanted,
    view_surroundings const& in,
    view_choices& choices,
    view_planner plan,
    position not_before
)
    : name_(wanted.definition->name),
      in_(in),
      choices_(choices),
      plan_(std::move(plan)),
      not_before_(not_before),
      replays_(name_, in) {
    auto id = wanted.version;
    served_ = open_version(std::move(wanted), std::move(id), view_role::served, {});
}

view_versions::version_ptr view_versions::open_version(
    view_plan plan, std::string id, view_role role, std::optional<bool> part
) {
    live_view_options how{.id = id, .role = role, .was_part = part};
    if (role == view_role::served) how.not_before = not_before_;
    // What takes part is remembered first: from then on appends wait for it.
    how.before_part = [this, id = std::move(id)]() -> result<void> {
        auto now = choice();
        if (now.served != id) return {};
        now.is_part = true;
        return choices_.keep(name_, now);
    };
    auto made = std::make_shared<version>();
    made->view = std::make_shared<live_view>(std::move(plan), in_, std::move(how));
    return made;
}

view_choice view_versions::choice() const {
    auto const served = served_version()->view;
    return choices_.of(name_).value_or(view_choice{
        .served = served->id(),
        .before = {},
        .building = {},
        .offered = served->plan()->version,
    });
}

std::unexpected<error> view_versions::no_such_version(std::string_view id) const {
    return fail(
        errc::not_found,
        "no_such_version",
        "view '" + name_ + "' has no version '" + std::string{id} + "'"
    );
}

// A plan of what the file of that id holds; only of the same meaning as it had then.
result<view_plan> view_versions::stored_plan(std::string_view id) const {
    auto const file = in_.file_of(name_, id);
    if (id_in(file.path.filename().string(), name_) != id) return no_such_version(id);
    auto found = text_in(file);
    if (!found && found.error().kind == errc::not_found) return no_such_version(id);
    DIPTYCH_TRY(auto text, std::move(found));
    if (!text)
        return fail(
            errc::invalid,
            "no_text",
            "version " + std::string{id} + " of view '" + name_ +
                "' was written in C++ and goes with its program"
        );
    DIPTYCH_TRY(auto plan, plan_(*std::move(text)));
    if (plan.version == version_in(id) && plan.definition->name == name_) return plan;
    return fail(
        errc::invalid,
        "other_meaning",
        "version " + std::string{id} + " of view '" + name_ +
            "' means something else today: its events are declared otherwise now"
    );
}

void view_versions::start() {
    auto const wanted = served()->plan();
    auto const before = choices_.of(name_);
    view_choice next{.served = wanted->version, .offered = wanted->version};
    auto is_part = std::optional<bool>{};
    auto is_next = false;  // what is wanted is built beside
    if (before && version_in(before->served) == wanted->version) {
        next = *before;
        is_part = before->is_part;
    } else if (before) {
        next.before = before->served;
        is_part = false;
        auto const is_changed = before->offered != wanted->version;
        is_next = version_in(before->building) == wanted->version ||
                  (is_changed && in_.options.builds_beside);
        if (is_next || before->offered == wanted->version) {
            if (auto old = stored_plan(before->served)) {
                next = *before;
                is_part = before->is_part;
                auto id = before->served;
                served_ = open_version(*std::move(old), std::move(id), view_role::served, is_part);
            } else {
                is_next = false;
            }
        }
    }
    // What another text was built of, before the file was changed once more, is not wanted.
    if (next.offered != wanted->version && version_in(next.building) != wanted->version)
        next.building.clear();
    next.offered = wanted->version;
    if (is_next && version_in(next.building) != wanted->version) next.building = wanted->version;
    if (served_->view->id() != next.served || is_part) {
        auto plan = *served()->plan();
        served_ = open_version(std::move(plan), next.served, view_role::served, is_part);
    }
    // What is not remembered now is found out again.
    (void)choices_.keep(name_, next);
    served_->view->open();
    if (next.building.empty()) return;
    auto planned = version_in(next.building) == wanted->version ? result<view_plan>{*wanted}
                                                                : stored_plan(next.building);
    if (planned) build_next(*std::move(planned), next.building, true);
}

view_versions::version_ptr view_versions::served_version() const {
    auto const lock = std::scoped_lock(choosing_);
    return served_;
}

std::shared_ptr<live_view> view_versions::served() const { return served_version()->view; }

view_versions::version_ptr view_versions::find_beside(std::string_view id) const {
    auto const lock = std::scoped_lock(choosing_);
    for (auto const& one : beside_)
        if (one->view->id() == id) return one;
    return nullptr;
}

result<std::shared_ptr<live_view>> view_versions::find(std::string_view id) const {
    auto const lock = std::scoped_lock(choosing_);
    auto known = served_->view->id();
    if (known == id) return served_->view;
    for (auto const& one : beside_) {
        if (one->view->id() == id) return one->view;
        known += ", " + one->view->id();
    }
    return fail(
        errc::not_found,
        "no_such_version",
        "view '" + name_ + "' has no version '" + std::string{id} + "' at work; there are " + known
    );
}

result<bool> view_versions::step() {
    auto const one = served_version();
    auto const lock = std::scoped_lock(one->stepping);
    if (one != served_version()) return true;  // another one by now
    return one->view->step();
}

result<void> view_versions::catch_up() {
    auto const one = served_version();
    auto const lock = std::scoped_lock(one->stepping);
    return one->view->catch_up();
}

void view_versions::resume() { served()->resume(); }

bool view_versions::is_building() const {
    auto const lock = std::scoped_lock(choosing_);
    return std::ranges::any_of(beside_, &version::is_next);
}

view_versions::version_ptr view_versions::next_beside() {
    auto const lock = std::scoped_lock(choosing_);
    if (beside_.empty()) return nullptr;
    return beside_[turn_++ % beside_.size()];
}

result<bool> view_versions::build(std::chrono::microseconds piece) {
    auto const count = [&] {
        auto const lock = std::scoped_lock(choosing_);
        return beside_.size();
    }();
    for (std::size_t i = 0; i < count; ++i) {
        DIPTYCH_TRY(auto const more, build_one(piece));
        if (more) return true;
    }
    return false;
}

result<bool> view_versions::build_one(std::chrono::microseconds piece) {
    auto const one = next_beside();
    if (!one) return false;
    auto more = result<bool>{false};
    {
        auto const lock = std::scoped_lock(one->stepping);
        if (one == served_version()) return false;
        auto const from = one->view->now().at.position;
        more = one->view->step(piece);
        auto const to = one->view->now().at.position;
        auto const rate = std::scoped_lock(choosing_);
        one->rate.went(from, to, in_.time.now());
    }
    if (!more || *more) return more;
    return switch_if_ready(one);
}

std::vector<version_status> view_versions::versions() const {
    auto const end = in_.log.durable_end().position;
    auto const lag = [&](position at) { return end > at ? end.value - at.value : 0; };
    std::vector<version_status> list;
    auto const add = [&](version const& one, version_standing standing) {
        auto const now = one.view->now();
        version_status made{
            .id = one.view->id(),
            .standing = standing,
            .at = now.at,
            .lag = lag(now.at.position),
            .state = now.state,
            .last_error = now.last_error,
            .parking = now.parking,
        };
        if (standing == version_standing::building) {
            made.events_per_second = one.rate.per_second();
            if (made.events_per_second >= 1)
                made.left = std::chrono::seconds{static_cast<std::int64_t>(
                    static_cast<double>(made.lag) / made.events_per_second
                )};
        }
        list.push_back(std::move(made));
    };
    auto const lock = std::scoped_lock(choosing_);
    auto const is_new = served_->view->is_new();
    add(*served_, is_new ? version_standing::building : version_standing::served);
    for (auto const& one : beside_)
        if (one != served_)
            add(*one, one->is_next ? version_standing::building : version_standing::kept);
    return list;
}

result<std::vector<version_status>> view_versions::all_versions() const {
    auto list = versions();
    DIPTYCH_TRY(auto const ids, ids_in(in_.disk(), in_.directory, name_));
    auto const end = in_.log.durable_end().position;
    for (auto const& id : ids) {
        auto const is_it = [&](version_status const& one) { return one.id == id; };
        if (std::ranges::any_of(list, is_it)) continue;
        version_status made{.id = id};
        auto const where = in_.file_of(name_, id);
        auto const in = sqlite::database::open(where, {.mode = sqlite::open_mode::read_only});
        auto const at = in ? read_checkpoint(*in, where.path) : std::unexpected(in.error());
        if (at)
            made.at = at->at;
        else
            made.last_error = at.error();
        if (at && at->has_dead_letters) made.parking = read_parking(*in).value_or(parking_state{});
        made.lag = end > made.at.position ? end.value - made.at.position.value : 0;
        list.push_back(std::move(made));
    }
    return list;
}

}  // namespace diptych::read
