// What a person asks a process, or tells it.
#include "write/process/process_runner_parts.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

constexpr std::size_t shown_max = 1'000;  // of each kind of an instance

std::unexpected<error> nothing_parked(std::string const& process, std::string const& what) {
    return fail(errc::not_found, "not_parked", process + ": " + what + " is not parked");
}

}  // namespace

result<void> process_runner::parts::ready_to_show() {
    DIPTYCH_TRY(open());
    return catch_up();
}

result<std::vector<process_instance>> process_runner::list(
    instance_table::filter which, std::string_view after, std::size_t limit
) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(my.ready_to_show());
    return my.ledger->list(which, after, limit);
}

result<std::vector<parked_input>> process_runner::parked(position after, std::size_t limit) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(my.ready_to_show());
    return my.ledger->list_parked("", after, limit);
}

result<instance_detail> process_runner::show(std::string const& instance) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(my.ready_to_show());
    DIPTYCH_TRY(auto const found, my.ledger->find(instance));
    if (!found)
        return fail(
            errc::not_found,
            "unknown_instance",
            my.process.name + " has no instance " + instance + " that has left a record"
        );
    instance_detail all{.is = *found};
    DIPTYCH_TRY(all.open, my.ledger->commands_of(instance, shown_max));
    DIPTYCH_TRY(all.timers, my.ledger->timers_of(instance, shown_max));
    DIPTYCH_TRY(all.parked, my.ledger->list_parked(instance, {}, shown_max));
    auto const before = found->finished      ? *found->finished + 1
                        : all.parked.empty() ? my.inputs_at + 1
                                             : all.parked.front().input;
    auto const first = my.process.starts.empty() ? position{} : found->started.value_or(before);
    auto state = my.instances.describe(instance, first, before);
    if (state)
        all.state = *std::move(state);
    else
        all.state_fault = std::move(state).error();
    return all;
}

result<std::uint64_t> process_runner::retry(std::string const& instance) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    DIPTYCH_TRY(my.ready_to_show());
    DIPTYCH_TRY(auto const instances, my.ledger->hurry_parked(instance));
    if (instances == 0 && !instance.empty()) return nothing_parked(my.process.name, instance);
    return instances;
}

result<void> process_runner::drop(position input) {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    for (;;) {
        DIPTYCH_TRY(my.ready_to_show());
        DIPTYCH_TRY(auto const what, my.ledger->find_parked(input));
        if (!what)
            return nothing_parked(my.process.name, "position " + std::to_string(input.value));
        DIPTYCH_TRY(
            auto const recorded,
            my.append(
                {dropped_record(my.process.name, what->instance, input)}, types_of_inputs_done()
            )
        );
        my.instances.clear();
        if (recorded) return my.catch_up();
    }
}

}  // namespace diptych::write
