#include "sim/evidence.hpp"

#include "sim/json_member.hpp"

#include <algorithm>

namespace diptych::sim {

namespace {

using steps = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

// The highest so far, at each moment.
void pile_up(steps& all) {
    std::ranges::sort(all);
    for (std::size_t i = 1; i < all.size(); ++i)
        all[i].second = std::max(all[i].second, all[i - 1].second);
}

std::uint64_t highest_before(steps const& all, std::uint64_t moment) {
    auto const next = std::ranges::lower_bound(all, moment, {}, &steps::value_type::first);
    return next == all.begin() ? 0 : std::prev(next)->second;
}

}  // namespace

error const* failure_of(attempt const& one) {
    return std::visit(
        [](auto const& what) -> error const* {
            if constexpr (requires { what.answer; })
                return what.answer && !*what.answer ? &what.answer->error() : nullptr;
            else
                return what.failure ? &*what.failure : nullptr;
        },
        one.what
    );
}

bool succeeded(attempt const& one) {
    return std::visit(
        [](auto const& what) {
            if constexpr (requires { what.answer; })
                return what.answer && what.answer->has_value();
            else
                return !what.failure;
        },
        one.what
    );
}

bool is_accepted(attempt const& one) {
    if (auto const* const made = std::get_if<append_attempt>(&one.what))
        return made->answer && made->answer->has_value();
    if (auto const* const asked = std::get_if<command_attempt>(&one.what))
        return asked->answer && asked->answer->has_value() && (*asked->answer)->accepted();
    if (auto const* const put = std::get_if<queue_attempt>(&one.what))
        return put->answer && put->answer->has_value();
    if (auto const* const done = std::get_if<completion_attempt>(&one.what))
        return done->answer && done->answer->has_value();
    return false;
}

bool may_stand(attempt const& one) {
    if (one.answered == 0) return true;
    auto const* const why = failure_of(one);
    return why == nullptr ? is_accepted(one) : why->kind == errc::outcome_unknown;
}

std::string mark_in(std::string_view metadata) {
    auto id = text_in(metadata, "command_id");
    return id.empty() ? text_in(metadata, "correlation_id") : id;
}

std::uint64_t shown_by(attempt const& one) {
    if (auto const* const made = std::get_if<append_attempt>(&one.what))
        return made->answer && *made->answer ? (*made->answer)->at.position.value : 0;
    if (auto const* const asked = std::get_if<command_attempt>(&one.what))
        return asked->answer && *asked->answer ? (*asked->answer)->at.position.value : 0;
    if (auto const* const read = std::get_if<read_attempt>(&one.what)) return read->seen;
    if (auto const* const sent = std::get_if<message_attempt>(&one.what))
        return sent->answer && *sent->answer ? (*sent->answer)->at.position.value : 0;
    if (auto const* const put = std::get_if<queue_attempt>(&one.what))
        return put->answer && *put->answer ? (*put->answer)->at.position.value : 0;
    if (auto const* const done = std::get_if<completion_attempt>(&one.what))
        return done->answer && *done->answer ? (*done->answer)->at.position.value : 0;
    return std::get<query_attempt>(one.what).at;  // nothing, if it failed
}

evidence::evidence(history const& of, log_model const& log) : history_(of), log_(log) {
    sort_attempts();
    sort_events();
    note_moments();
}

void evidence::sort_attempts() {
    for (auto const& kept : history_.attempts) {
        if (auto const* const made = std::get_if<append_attempt>(&kept->what)) {
            auto& of = appends_[made->operation];
            if (made->request.command && of.attempts.empty())
                shared_ids_[made->request.command->id].push_back(made->operation);
            of.attempts.push_back(kept.get());
        } else if (auto const* const asked = std::get_if<command_attempt>(&kept->what)) {
            commands_[asked->mark()].attempts.push_back(kept.get());
        }
    }
    for (auto& [operation, one] : appends_) std::ranges::sort(one.attempts, {}, &attempt::begun);
    for (auto& [id, one] : commands_) std::ranges::sort(one.attempts, {}, &attempt::begun);
}

void evidence::sort_events() {
    auto const anybody_appends = !appends_.empty();
    for (auto const& event : log_.events()) {
        if (event.type == "$queued") queued_.emplace(text_in(event.data, "id"), &event);
        if (event.type.starts_with('$')) continue;
        if (auto const source = text_in(event.metadata, "source"); !source.empty()) {
            messages_[{source, text_in(event.metadata, "message_id")}].push_back(&event);
            continue;
        }
        if (auto const mark = mark_in(event.metadata); !mark.empty())
            commands_[mark].stands.push_back(&event);
        else if (auto const number = number_in(event.data, "op"); number && anybody_appends)
            appends_[*number].stands.push_back(&event);
        else
            strange_.push_back(&event);
    }
}

void evidence::note_moments() {
    for (auto const& kept : history_.attempts) {
        if (kept->answered == 0) continue;
        auto const position = shown_by(*kept);
        shown_.emplace_back(kept->answered, position);
        auto const is_read = std::holds_alternative<read_attempt>(kept->what) ||
                             std::holds_alternative<query_attempt>(kept->what);
        if (!is_read) acknowledged_.emplace_back(kept->answered, position);
        if (auto const* const asked = std::get_if<query_attempt>(&kept->what))
            views_[{asked->view, kept->life}].emplace_back(kept->answered, position);
    }
    for (auto& [view, all] : views_) pile_up(all);
    pile_up(shown_);
    pile_up(acknowledged_);

    auto const note_all = [&](auto const& all) {
        for (auto const& [name, one] : all)
            if (!one.attempts.empty() && !one.stands.empty())
                later_.emplace_back(one.begun(), one.stands.front()->position);
    };
    note_all(appends_);
    note_all(commands_);
    std::ranges::sort(later_);
    for (auto i = later_.size(); i-- > 1;)
        later_[i - 1].second = std::min(later_[i - 1].second, later_[i].second);
}

std::uint64_t evidence::shown_before(std::uint64_t moment) const {
    return highest_before(shown_, moment);
}

std::uint64_t evidence::acknowledged_before(std::uint64_t moment) const {
    return highest_before(acknowledged_, moment);
}

std::uint64_t evidence::shown_by_view(
    std::string const& view, std::uint64_t life, std::uint64_t moment
) const {
    auto const found = views_.find({view, life});
    return found == views_.end() ? 0 : highest_before(found->second, moment);
}

std::uint64_t evidence::there_by(std::uint64_t moment) const {
    auto const next = std::ranges::upper_bound(later_, moment, {}, &steps::value_type::first);
    return next == later_.end() ? log_.end() : next->second - 1;
}

}  // namespace diptych::sim
