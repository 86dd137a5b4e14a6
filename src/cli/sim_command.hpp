/// @file
/// `diptych sim`, for main.cpp.
#pragma once

#include "cli/commands.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// What its options are read into. Stays where it is once declared.
class sim_command {
public:
    /// `add(name, says, options, what)` makes a command.
    template <class Add>
    void declare(Add const& add) {
        CLI::App* const sim =
            add("sim", "Runs nodes on a disk that lies, and checks every promise", how_, cli::sim);
        sim->add_option(
               "--workload",
               how_.workload,
               "appends, arrivals, deliveries, messages, parking, queued or reservations"
        )
            ->capture_default_str();
        sim->add_option("--seed", how_.seed, "The first seed")
            ->check(whole_number<0>)
            ->capture_default_str();
        auto* const seeds = sim->add_option("--seeds", how_.seeds, "How many")
                                ->check(whole_number<1>)
                                ->capture_default_str();
        sim->add_option("--steps", how_.steps, "Of each run")
            ->check(whole_number<1>)
            ->capture_default_str();
        auto* const only = sim->add_option("--only", how_.only, "Do these steps alone: 0-4,9");
        auto* const no_crashes =
            sim->add_flag("--no-crashes", how_.no_crashes, "No kills and power losses");
        auto* const no_faults =
            sim->add_flag("--no-faults", how_.no_faults, "No failing calls of the disk");
        auto* const every_call = sim->add_flag(
            "--every-call",
            how_.every_call,
            "With one seed, without chance: fail each call of the disk once, in each way"
        );
        auto* const flipped_bits = sim->add_flag(
            "--flipped-bits",
            how_.flipped_bits,
            "With one seed, without chance: flip a bit of each write and read of the log"
        );
        for (auto* const one : {every_call, flipped_bits})
            one->excludes(seeds)->excludes(only)->excludes(no_crashes)->excludes(no_faults);
        flipped_bits->excludes(every_call);
        sim->add_option("--call", how_.call, "With --every-call: fail this one alone; 0: none")
            ->check(whole_number<0>)
            ->needs(every_call);
        sim->add_flag("--trace", how_.trace, "Print everything that happens");
        sim->add_flag("--json", how_.json, "Print JSON");
        sim->footer("Example:\n  diptych sim --seeds 1000");
    }

private:
    sim_options how_ = {};
};

}  // namespace diptych::cli
