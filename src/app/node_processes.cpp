// What a node carries on by itself: processes and the command queue.
#include "app/node.hpp"

#include <diptych/try.hpp>

#include <set>
#include <string>
#include <utility>

namespace diptych::app {

// Where it is kept what the log says somebody has to do.
result<sqlite::location> node::ledger_of(node_parts const& parts, std::string_view name) const {
    if (options_.data.empty()) return sqlite::location{":memory:"};
    sqlite::location file{options_.data / "processes", parts.storage.files};
    DIPTYCH_TRY(file.disk().make_directories(file.path));
    file.path /= std::string(name) + ".db";
    return file;
}

result<void> node::open_queue(node_parts const& parts) {
    DIPTYCH_TRY(auto ledger, ledger_of(parts, write::queue_category));
    queue_ = std::make_unique<write::command_queue>(
        *log_,
        *commands_,
        *clock_,
        *random_,
        write::queue_options{
            .ledger = std::move(ledger),
            .outside = {options_.outside_commands.begin(), options_.outside_commands.end()}
        }
    );
    // Who has no contexts and delivers nothing only looks into the folder.
    auto const only_looks = parts.contexts.empty() && !options_.deliver;
    if (!options_.complain || only_looks) return {};
    auto const unhandled = queue_->unhandled();
    if (!unhandled)
        options_.complain(
            "warning: what is queued can not be listed: " + unhandled.error().message
        );
    for (auto const& name : unhandled.value_or(std::vector<std::string>{}))
        options_.complain(
            "warning: commands " + name + " are queued, and nobody here executes them"
        );
    return {};
}

result<void> node::add_processes(node_parts const& parts) {
    std::set<std::string_view> names;
    for (auto const* const context : parts.contexts)
        for (auto const& process : context->processes) {
            auto full_name = context->name + "." + process.name;
            if (process.name == write::queue_category || !names.insert(process.name).second)
                return fail(
                    errc::invalid,
                    "process_name",
                    "there are two processes with the name " + process.name + "; one is " +
                        full_name + ": their streams would be the same"
                );
            if (!parts.is_looked_at) {
                DIPTYCH_TRY(check_sent(full_name, process));
            }
            write::process_options how{.snapshot_after = parts.storage.note_after};
            DIPTYCH_TRY(how.ledger, ledger_of(parts, process.name));
            processes_.emplace_back(
                std::move(full_name),
                std::make_unique<write::process_runner>(
                    process, *log_, *commands_, *clock_, *random_, std::move(how)
                )
            );
        }
    return {};
}

result<void> node::check_sent(std::string const& process, model::process const& of) const {
    if (!of.sends) return {};
    for (auto const& name : *of.sends)
        if (!commands_->find(name))
            return fail(
                errc::invalid,
                "unhandled_command",
                "the process " + process + " sends " + name +
                    ", and no context of this application has such a command"
            );
    return {};
}

}  // namespace diptych::app
