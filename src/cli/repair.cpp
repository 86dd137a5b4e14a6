#include "app/repair.hpp"

#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <optional>

namespace diptych::cli {

result<void> repair(repair_options const& how) {
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.folder}));
    auto const repaired = [&] {
        std::optional<progress_bar> bar;
        return app::repair({
            .folder = folder,
            .views = how.views,
            .dry_run = how.dry_run,
            .progress = drawn_in(bar),
        });
    }();
    DIPTYCH_TRY(auto const found, repaired);
    if (how.json) {
        json::writer out;
        out.begin_object().member("folder", folder.string()).member("dry_run", how.dry_run);
        out.key("repaired").begin_array();
        for (auto const& one : found.all) {
            out.begin_object().member("what", one.what).member("why", one.why);
            out.member("done", one.done).end_object();
        }
        out.end_array().member("end", to_string(found.end)).end_object();
        fmt::print("{}\n", out.text());
        return {};
    }
    for (auto const& one : found.all)
        fmt::print("{}\n  wrong: {}\n  {}\n", one.what, one.why, one.done);
    if (found.all.empty())
        fmt::print("nothing to repair; the log ends at {}\n", to_string(found.end));
    else if (!how.dry_run)
        fmt::print(
            "now index and views are what the log makes them; it ends at {}\n", to_string(found.end)
        );
    return {};
}

}  // namespace diptych::cli
