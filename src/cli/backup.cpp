#include "app/copies.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

result<void> backup(backup_options const& how) {
    if (!how.url.empty())
        return fail(
            errc::invalid,
            "not_over_http",
            "a backup is not taken over HTTP: run diptych backup FOLDER DEST where the server "
            "keeps its folder; it need not be stopped"
        );
    if (how.to.empty())
        return fail(errc::invalid, "command_line", "name both: diptych backup FOLDER DEST");
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.folder}));
    auto const copied = [&] {
        progress_bar bar("copying");
        return app::back_up(
            folder,
            how.to,
            {.progress = [&](auto done, auto of) { bar.show(done, of); }, .check_kept = how.check}
        );
    }();
    DIPTYCH_TRY(auto const done, copied);
    if (how.json) {
        json::writer out;
        out.begin_object().member("folder", folder.string()).member("backup", how.to);
        out.member("end", to_string(done.end)).member("segments", done.copied.segments);
        out.member("bytes", done.copied.bytes).member("went_on", done.went_on).end_object();
        fmt::print("{}\n", out.text());
        return {};
    }
    fmt::print(
        "{}: backup of {} up to {}; {} bytes in {} segments copied{}\n",
        how.to,
        folder.string(),
        to_string(done.end),
        done.copied.bytes,
        done.copied.segments,
        done.went_on ? ", the rest was there" : ""
    );
    return {};
}

}  // namespace diptych::cli
