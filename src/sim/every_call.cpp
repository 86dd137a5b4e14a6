#include "sim/every_call.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace diptych::sim {

namespace {

struct way {
    std::string_view name;
    std::optional<fault_kind> kind = {};  // none: it ends there
    bool by_kill = false;
};

constexpr std::array<way, 5> ways{
    way{"an input/output error", fault_kind::io_error},
    way{"a full disk", fault_kind::no_space},
    way{"a short write", fault_kind::short_write},
    way{"a power loss"},
    way{"a kill", {}, true},
};

}  // namespace

every_call_report fail_every_call(
    workload const& of, run_options how, std::optional<std::uint64_t> only, progress const& done
) {
    how.crashes = how.faults = false;
    how.is_restarted = true;
    auto trace = how.trace;
    if (only != 0) how.trace = {};
    auto const whole = simulate(of, how);
    how.trace = trace;
    every_call_report all{.calls = whole.calls_of_steps, .runs = 1, .broken = whole.broken};
    auto const last = only.value_or(all.calls);
    for (auto call = std::max<std::uint64_t>(only.value_or(1), 1); call <= last && !all.broken;
         ++call) {
        for (auto const& [name, kind, by_kill] : ways) {
            how.fault.reset();
            if (kind) how.fault = {.call = call, .kind = *kind};
            how.ends_at = kind ? 0 : call;
            how.ends_by_kill = by_kill;
            auto const report = simulate(of, how);
            ++all.runs;
            if (!report.broken) continue;
            all.broken = fmt::format("{} at call {}: {}", name, call, *report.broken);
            all.broken_at = call;
            break;
        }
        if (done) done(call, all.calls);
    }
    return all;
}

flipped_bits_report flip_every_bit(workload const& of, run_options how, progress const& done) {
    how.crashes = how.faults = false;
    how.is_restarted = true;
    how.may_be_damaged = true;
    flipped_bits_report all;
    for (auto const* const operation : {"write", "read"}) {
        for (std::uint64_t before = 0; !all.broken; ++before) {
            how.fault = {
                .call = 1,
                .kind = fault_kind::flipped_bit,
                .operation = operation,
                .where = ".seg",
                .spared = before,
            };
            auto const report = simulate(of, how);
            if (report.faults == 0 && !report.broken) break;  // there are no more
            ++all.runs;
            all.noticed += report.is_damaged ? 1 : 0;
            if (report.broken)
                all.broken = fmt::format(
                    "a bit flipped by {} {}: {}", operation, before + 1, *report.broken
                );
            if (done) done(all.runs, 0);
        }
    }
    return all;
}

}  // namespace diptych::sim
