/// @file
/// The command lines of what is done to the versions of a view. Included by main.cpp alone: CLI11
/// is dear to compile.
#pragma once

#include "cli/view_export.hpp"
#include "cli/view_versions.hpp"
#include "cli/view_what_if.hpp"
#include "cli/what_if_command.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class view_version_commands {
public:
    /// `add` declares a subcommand of `view`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(auto const& add, auto const& add_place) {
        auto const one = [&](auto name, auto says, auto& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            made->add_option("NAME", into.name, "The view")->required();
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        one("versions", "Lists the versions of a view", versions_, view_versions)
            ->footer("Example:\n  diptych view versions open_orders --url http://127.0.0.1:8080");
        auto* const to = one("switch", "Serves another version", switch_, view_switch);
        to->add_option("VERSION", switch_.version, "As view versions lists it")->required();
        auto* const back =
            one("back", "Serves the version that was served before", back_, view_back);
        auto* const again = one(
            "rebuild", "Builds a view again beside itself, and serves that", rebuild_, view_rebuild
        );
        for (auto const& [command, into] :
             {std::pair{to, &switch_}, {back, &back_}, {again, &rebuild_}}) {
            command->add_flag("--wait", into->wait, "Until it is served; on a folder it always is");
            command->footer(
                "The version that is served goes on being served until the other one shows as "
                "much."
            );
        }
        auto* const compare =
            one("compare",
                "Compares what is served with another version, or a replay",
                compare_,
                view_compare);
        compare->add_option("--with", compare_.version, "A version; else the log is applied again");
        compare->add_option("--differences", compare_.differences, "Rows told, at most")
            ->check(whole_number<0>)
            ->capture_default_str();
        compare->footer("Exit code 1: they differ.\n\nExample:\n  diptych view compare open_orders"
        );
        auto* const what_if =
            one("what-if",
                "Says what the rows would be with other events, or another file",
                what_if_,
                view_what_if);
        what_if->add_option("--file", what_if_.file, "A view file, in the place of the view's own");
        add_otherwise(*what_if, what_if_, "Rows told, at most");
        what_if->footer(
            "Neither the log nor the view is touched.\n\n"
            "Example:\n  diptych view what-if open_orders --file stricter.sql --without-type "
            "order_cancelled"
        );
        auto* const exported = add("export", "Writes all rows of a view", export_, view_export);
        auto* const hash =
            one("hash", "Prints the SHA-256 of what export would write", hash_, view_hash);
        exported->add_option("NAME", export_.name, "The view, or a file of one (.db)")->required();
        exported->add_option("--data", export_.where.data, "The log's folder");
        exported->add_option("--file", export_.file, "Where to write; -: standard output")
            ->capture_default_str();
        exported->add_flag("--json", export_.json, "Print JSON");
        for (auto const& [command, into] : {std::pair{exported, &export_}, {hash, &hash_}})
            command->add_option("--version", into->version, "Else the one that is served");
        exported->footer(
            "A line of JSON each, by table and key: the same bytes for the same rows. The file is "
            "only read,\nalso beside a server.\n\n"
            "Example:\n  diptych view export open_orders --data shop | sha256sum"
        );
        one("drop", "Removes a version that is not served", drop_, view_drop)
            ->add_option("VERSION", drop_.version, "As view versions lists it")
            ->required();
        one("resume", "Lets a paused view try its event again", resume_, view_resume);
    }

private:
    view_versions_options versions_;
    view_versions_options switch_;
    view_versions_options back_;
    view_versions_options rebuild_;
    view_versions_options compare_;
    view_versions_options drop_;
    view_versions_options resume_;
    view_what_if_options what_if_;
    view_export_options export_;
    view_export_options hash_;
};

}  // namespace diptych::cli
