/// @file
/// The command lines of what is said of view files. Included by main.cpp alone: CLI11 is dear to
/// compile.
#pragma once

#include "cli/view_files.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class view_file_commands {
public:
    /// `add` declares a subcommand of `view`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(auto const& add, auto const& add_place) {
        auto* const check =
            add("check", "Says all that is wrong with view files", check_, view_check);
        check->footer(
            "Needs no log. Events are known from the files' @event lines and, with --data, from a "
            "log;\nwith --url a server says what it knows, also of its program's own "
            "events.\n\nExample:\n  diptych view check shop/views open_orders.sql\n"
            "  diptych view check open_orders.sql --url http://127.0.0.1:8080"
        );
        add_place(check, check_.where);
        auto* const test = add("test", "Runs the tests that view files hold", test_, view_test);
        test->footer(
            "Each runs inline, async, built again from the first event, and restarted on the "
            "way.\n\nExample:\n  diptych view test open_orders.sql"
        );
        for (auto const& [command, options] : {std::pair{check, &check_}, {test, &test_}}) {
            command->add_option("FILE", options->files, "A view file, or a folder of them")
                ->required();
            command->add_flag("--json", options->json, "Print JSON");
        }
        test->add_option("--data", test_.where.data, "Folder of a log whose events are known");
        auto* const explain =
            add("explain",
                "Says what a view does for each event, and what that costs",
                explain_,
                view_explain);
        explain->add_option("FILE", explain_.file, "A view file")->required();
        explain->add_option("--data", explain_.data, "Folder of a log to measure on, in a copy");
        explain->add_option("--events", explain_.events, "At most, of the log")
            ->check(whole_number<1>)
            ->capture_default_str();
        explain->add_flag("--json", explain_.json, "Print JSON");
        explain->footer("Example:\n  diptych view explain open_orders.sql --data shop");
    }

private:
    view_explain_options explain_;
    view_files_options check_;
    view_files_options test_;
};

}  // namespace diptych::cli
