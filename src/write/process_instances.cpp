#include "write/process_instances.hpp"

#include "write/fold.hpp"
#include "write/process_records.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <span>

namespace diptych::write {

namespace {

constexpr std::size_t page_size = 1'000;

}  // namespace

result<std::optional<std::string>> process_instances::instance_of_input(recorded_event const& event
) const {
    if (is_engine_type(event.type)) {
        auto own = instance_of(process_.name, event);
        if (own.empty()) return std::optional<std::string>{};  // another process's
        return std::optional(std::move(own));
    }
    return guarded("key of " + process_.name, [&] { return process_.key(event); });
}

bool process_instances::is_found_by_name(std::string const& instance, recorded_event const& input)
    const {
    return is_engine_type(input.type) || input.carries(instance);
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
    std::string const& instance, recorded_event const& input
) {
    if (auto const found = by_instance_.find(instance); found != by_instance_.end()) {
        newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    } else {
        DIPTYCH_TRY(auto state, refold(instance, input));
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

// Its inputs before `up_to`, in order.
result<model::erased> process_instances::refold(
    std::string const& instance, recorded_event const& up_to
) const {
    std::vector<page> pages;
    DIPTYCH_TRY(read_named(instance, up_to.position, pages));
    std::set<position> known;
    for (auto const& one : pages)
        for (auto const& event : one) known.insert(event.position);
    DIPTYCH_TRY(read_foreign(instance, up_to.position, known, pages));
    std::vector<recorded_event> inputs;
    for (auto const& one : pages) inputs.insert(inputs.end(), one.begin(), one.end());
    std::ranges::sort(inputs, {}, &recorded_event::position);
    DIPTYCH_TRY(auto state, make_state(process_.state));
    for (auto const& input : inputs) DIPTYCH_TRY(fold_own(state, instance, input));
    return state;
}

result<void> process_instances::fold_own(
    model::erased const& into, std::string const& instance, recorded_event const& input
) const {
    DIPTYCH_TRY(auto const whose, instance_of_input(input));
    if (whose != instance) return {};
    return fold_event(process_.state, into.get(), input, std::span(&instance, 1));
}

// Inputs under the instance's own name, and its records under its stream's.
result<void> process_instances::read_named(
    std::string const& instance, position before, std::vector<page>& pages
) const {
    query_item events{.tags = {instance}};
    query_item records{.tags = {process_stream(process_.name, instance)}};
    for (auto const& type : process_.types)
        (is_engine_type(type) ? records : events).types.push_back(type);
    query what;
    if (!events.types.empty()) what.items.push_back(std::move(events));
    if (!records.types.empty()) what.items.push_back(std::move(records));
    for (position after{}; after + 1 < before && !what.items.empty();) {
        DIPTYCH_TRY(
            auto one,
            log_.read({.what = what, .after = after, .up_to = before - 1, .limit = page_size})
        );
        auto const at_end = one.at_end();
        after = one.seen().position;
        pages.push_back(std::move(one));
        if (at_end) break;
    }
    return {};
}

// Inputs that only the process knows to be the instance's: its reactions name them.
result<void> process_instances::read_foreign(
    std::string const& instance,
    position before,
    std::set<position> const& known,
    std::vector<page>& pages
) const {
    query const reactions{
        .items =
            {{.types = {std::string(reaction_type)},
              .tags = {process_stream(process_.name, instance)}}}
    };
    for (position after{};;) {
        DIPTYCH_TRY(
            auto const one, log_.read({.what = reactions, .after = after, .limit = page_size})
        );
        for (auto const& event : one) {
            DIPTYCH_TRY(auto const reaction, parse_reaction(event));
            if (reaction.input >= before || known.contains(reaction.input)) continue;
            DIPTYCH_TRY(
                auto input,
                log_.read(
                    {.what = {.engine_events = true},
                     .after = reaction.input - 1,
                     .up_to = reaction.input,
                     .limit = 1}
                )
            );
            pages.push_back(std::move(input));
        }
        after = one.seen().position;
        if (one.at_end()) return {};
    }
}

}  // namespace diptych::write
