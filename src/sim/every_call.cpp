#include "sim/every_call.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <utility>

namespace diptych::sim {

namespace {

using way = std::pair<std::string_view, std::optional<fault_kind>>;

constexpr std::array<way, 4> ways{
    way{"an input/output error", fault_kind::io_error},
    way{"a full disk", fault_kind::no_space},
    way{"a short write", fault_kind::short_write},
    way{"a power loss", std::nullopt},
};

}  // namespace

every_call_report fail_every_call(
    workload const& of,
    run_options how,
    std::function<void(std::uint64_t call, std::uint64_t of)> const& done
) {
    how.crashes = how.faults = false;
    every_call_report all{.calls = simulate(of, how).calls_of_steps, .runs = 1};
    for (std::uint64_t call = 1; call <= all.calls; ++call) {
        for (auto const& [name, kind] : ways) {
            how.fault.reset();
            if (kind) how.fault = {.call = call, .kind = *kind};
            how.power_lost_at = kind ? 0 : call;
            auto const report = simulate(of, how);
            ++all.runs;
            if (!report.broken) continue;
            all.broken = fmt::format("{} at call {}: {}", name, call, *report.broken);
            return all;
        }
        if (done) done(call, all.calls);
    }
    return all;
}

}  // namespace diptych::sim
