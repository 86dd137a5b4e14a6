/// @file
/// The command lines of views. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/commands.hpp"
#include "cli/view_file_commands.hpp"
#include "cli/view_version_commands.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class view_commands {
public:
    /// `add` declares a subcommand of `view`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* view, auto const& add, auto const& add_place) {
        view->require_subcommand(1);
        auto* const add_file =
            add("add", "Checks, builds and keeps a view file", view_add_, cli::view_add);
        add_file->add_option("FILE", view_add_.file, "A view file (docs/reference/view-file.md)")
            ->required();
        add_place(add_file, view_add_.where);
        add_file->add_flag("--by-hand", view_add_.by_hand, "With --url: do not switch to it");
        add_file->add_flag("--wait", view_add_.wait, "With --url: until it has been built");
        add_file->add_flag("--json", view_add_.json, "Print JSON");
        add_file->footer(
            "It is kept as <view>.sql in the log's folder of views, in the place of an older text "
            "of the\nsame view. A server builds it beside the one that it serves.\n\n"
            "Example:\n  diptych view add open_orders.sql --data shop"
        );
        auto* const list =
            add("list", "Lists views and how far they are", view_list_, cli::view_list);
        auto* const query = add("query", "Prints rows", view_query_, cli::view_query);
        query->add_option("NAME", view_query_.name, "The view")->required();
        query->add_option(
            "PARAMETER", view_query_.parameters, "As in a URL: status=eq.open limit=5"
        );
        for (auto const& [command, options] :
             {std::pair{list, &view_list_}, {query, &view_query_}}) {
            add_place(command, options->where);
            command->add_flag("--json", options->json, "Print JSON");
        }
        list->footer("Example:\n  diptych view list --url http://127.0.0.1:8080");
        query->footer(
            "Example:\n  diptych view query open_orders status=eq.open order=total.desc limit=5"
        );
        view_files_.declare(add, add_place);
        view_versions_.declare(add, add_place);
        view->footer("Example:\n  diptych view add open_orders.sql --data shop");
    }

private:
    view_options view_add_;
    view_options view_list_;
    view_options view_query_;
    view_file_commands view_files_;
    view_version_commands view_versions_;
};

}  // namespace diptych::cli
