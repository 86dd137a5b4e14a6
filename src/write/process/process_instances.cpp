#include "write/process/process_instances.hpp"

#include "write/fold.hpp"
#include "write/process/process_records.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace diptych::write {

namespace {

constexpr std::size_t inputs_page = 1'000;

}  // namespace

result<std::optional<std::string>> process_instances::key_of(recorded_event const& event) const {
    if (is_engine_type(event.type)) {
        auto own = instance_of(process_.name, event);
        if (own.empty()) return std::optional<std::string>{};  // another process's
        return std::optional(std::move(own));
    }
    return guarded("key of " + process_.name, [&] { return process_.key(event); });
}

void process_instances::forget(std::string const& instance) {
    auto const found = by_instance_.find(instance);
    if (found == by_instance_.end()) return;
    newest_first_.erase(found->second);
    by_instance_.erase(found);
}

void process_instances::clear() {
    by_instance_.clear();
    newest_first_.clear();
}

result<void const*> process_instances::after(
    std::string const& instance, position first, recorded_event const& input
) {
    if (auto const found = by_instance_.find(instance); found != by_instance_.end()) {
        newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    } else {
        DIPTYCH_TRY(auto state, refold(instance, first, input.position));
        newest_first_.emplace_front(instance, std::move(state));
        by_instance_.emplace(instance, newest_first_.begin());
        if (by_instance_.size() > std::max<std::size_t>(1, kept_max_))
            forget(std::string(newest_first_.back().first));
    }
    auto const& state = newest_first_.front().second;
    if (auto const folded = fold_event(
            process_.state, state.get(), input, std::span(&newest_first_.front().first, 1)
        );
        !folded) {
        forget(instance);
        return std::unexpected(folded.error());
    }
    return state.get();
}

result<std::optional<std::string>> process_instances::describe(
    std::string const& instance, position first, position before
) const {
    std::optional<std::string> text;
    if (process_.state.save == nullptr) return text;
    DIPTYCH_TRY(auto const state, refold(instance, first, before));
    text = process_.state.save(state.get());
    return text;
}

result<model::erased> process_instances::refold(
    std::string const& instance, position first, position before
) const {
    DIPTYCH_TRY(auto const history, history_of(log_, process_.name, instance, before));
    DIPTYCH_TRY(auto pages, read_named(instance, first, before));
    std::set<position> known;
    for (auto const& one : pages)
        for (auto const& event : one) known.insert(event.position);
    // Inputs that only the process knows to be the instance's: its reactions name them.
    for (auto const input : history.reacted) {
        if (known.contains(input)) continue;
        DIPTYCH_TRY(auto one, read_one(input));
        pages.push_back(std::move(one));
    }
    std::vector<recorded_event> inputs;
    for (auto const& one : pages) inputs.insert(inputs.end(), one.begin(), one.end());
    std::ranges::sort(inputs, {}, &recorded_event::position);
    DIPTYCH_TRY(auto state, make_state(process_.state));
    for (auto const& input : inputs) {
        DIPTYCH_TRY(auto const own, is_its_own(instance, input, history));
        if (!own) continue;
        DIPTYCH_TRY(fold_event(process_.state, state.get(), input, std::span(&instance, 1)));
    }
    return state;
}

result<bool> process_instances::is_its_own(
    std::string const& instance, recorded_event const& event, instance_history const& history
) const {
    if (history.dropped.contains(event.position)) return false;
    if (is_answer_type(event.type) && history.is_stale(event)) return false;
    if (history.reacted.contains(event.position)) return true;
    DIPTYCH_TRY(auto const whose, key_of(event));
    return whose == instance;
}

// Inputs under the instance's own name, and its records under its stream's.
result<std::vector<page>> process_instances::read_named(
    std::string const& instance, position first, position before
) const {
    query_item events{.tags = {instance}};
    query_item records{.tags = {record_stream(process_.name, instance)}};
    for (auto const& type : process_.types)
        (is_engine_type(type) ? records : events).types.push_back(type);
    query what;
    if (!events.types.empty()) what.items.push_back(std::move(events));
    if (!records.types.empty()) what.items.push_back(std::move(records));
    std::vector<page> pages;
    auto after = first.value == 0 ? position{} : first - 1;
    while (after + 1 < before && !what.items.empty()) {
        DIPTYCH_TRY(
            auto one,
            log_.read({.what = what, .after = after, .up_to = before - 1, .limit = inputs_page})
        );
        auto const at_end = one.at_end();
        after = one.seen().position;
        pages.push_back(std::move(one));
        if (at_end) break;
    }
    return pages;
}

result<page> process_instances::read_one(position at) const {
    return log_.read({.what = {.engine_events = true}, .after = at - 1, .up_to = at, .limit = 1});
}

}  // namespace diptych::write
