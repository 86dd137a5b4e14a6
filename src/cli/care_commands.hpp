/// @file
/// The commands that look after a log's folder, for main.cpp.
#pragma once

#include "cli/commands.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// What their options are read into. Stays where it is once declared.
class care_commands {
public:
    /// `add(name, says, options, what)` makes a command.
    template <class Add>
    void declare(Add const& add) {
        add_verify(add);
        add_repair(add);
        add_copies(add);
    }

private:
    verify_options verify_ = {};
    repair_options repair_ = {};
    backup_options backup_ = {};
    restore_options restore_ = {};

    static void add_json(CLI::App* to, bool& json) { to->add_flag("--json", json, "Print JSON"); }

    template <class Add>
    void add_verify(Add const& add) {
        CLI::App* const verify = add(
            "verify", "Checks the whole log, and index and views against it", verify_, cli::verify
        );
        verify->add_option("FOLDER", verify_.data, "Folder of the log");
        verify->add_option("--data", verify_.data, "Folder of the log");
        verify->add_option(
            "--views", verify_.views, "View files of a program, besides those in the folder"
        );
        verify
            ->add_option(
                "--differences", verify_.differences, "Rows that differ: told of each view"
            )
            ->check(whole_number<0>)
            ->capture_default_str();
        verify->add_flag("--log-only", verify_.log_only, "Not index and views");
        add_json(verify, verify_.json);
        verify->footer(
            "It changes nothing and may run beside the process that writes. Exit code 9: something "
            "is\nwrong; the first place is named, diptych repair or restore puts it right.\n"
            "Exit code 2: a view file is not understood.\n\n"
            "Example:\n  diptych verify shop"
        );
    }

    template <class Add>
    void add_repair(Add const& add) {
        CLI::App* const repair =
            add("repair", "Makes again what is made from the log", repair_, cli::repair);
        repair->add_option("FOLDER", repair_.folder, "Folder of the log");
        repair->add_option(
            "--views", repair_.views, "View files of a program, besides those in the folder"
        );
        repair->add_flag("--dry-run", repair_.dry_run, "Only says what it would do");
        add_json(repair, repair_.json);
        repair->footer(
            "No other process may be writing. It cuts what was never acknowledged, and refuses if "
            "what\nwas is damaged: then restore a backup.\n\nExample:\n  diptych repair shop"
        );
    }

    template <class Add>
    void add_copies(Add const& add) {
        CLI::App* const backup =
            add("backup", "Copies a log, also while it is written to", backup_, cli::backup);
        backup->add_option("FOLDER", backup_.folder, "Folder of the log");
        backup->add_option(
            "DEST", backup_.to, "To be made, or empty; an earlier backup is brought up to date"
        );
        backup->add_flag(
            "--check",
            backup_.check,
            "Read what an earlier backup has, too; copy anew what is damaged"
        );
        // Who gives it is told why not; nobody is offered it.
        backup->add_option("--url", backup_.url)->group("");
        add_json(backup, backup_.json);
        backup->footer(
            "DEST appears when it is complete. Views' databases and the index are not copied: they "
            "are\nmade from the log.\n\nExample:\n"
            "  diptych backup shop /backups/shop && diptych verify /backups/shop"
        );

        CLI::App* const restore =
            add("restore", "Makes a log from a backup", restore_, cli::restore);
        restore->add_option("BACKUP", restore_.backup, "Made by diptych backup")->required();
        restore->add_option("FOLDER", restore_.folder, "To be made, or empty")->required();
        add_json(restore, restore_.json);
        restore->footer(
            "A new epoch begins: tokens of what the backup does not hold are refused.\n\n"
            "Example:\n  diptych restore /backups/shop shop"
        );
    }
};

}  // namespace diptych::cli
