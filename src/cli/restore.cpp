#include "app/copies.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

result<void> restore(restore_options const& how) {
    if (!is_log_folder(how.backup))
        return fail(errc::not_found, "there is no backup of a log in " + how.backup);
    auto const restored = [&] {
        progress_bar bar("copying");
        return app::restore(
            how.backup,
            how.folder,
            system_random(),
            {.progress = [&](auto done, auto of) { bar.show(done, of); }}
        );
    }();
    DIPTYCH_TRY(auto const done, restored);
    if (how.json) {
        json::writer out;
        out.begin_object().member("backup", how.backup).member("folder", how.folder);
        out.member("end", to_string(done.end));
        out.member("epoch", std::uint64_t{done.begun.value}).end_object();
        fmt::print("{}\n", out.text());
        return {};
    }
    fmt::print(
        "made {0} from {1}, up to {2}; epoch {3} begins there: tokens beyond {2} are refused\n"
        "next: diptych serve --data {0}\n",
        how.folder,
        how.backup,
        to_string(done.end),
        done.begun.value
    );
    return {};
}

}  // namespace diptych::cli
