#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>

namespace diptych::cli {

result<void> serve(serve_options const& how) {
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.data}));
    std::optional<progress_bar> bar;
    auto app = application{{
        .data = folder,
        .read_only = how.read_only,
        .views = how.views,
        .reserve_bytes = how.reserve_bytes,
        .progress = drawn_in(bar),
    }};
    if (std::filesystem::is_directory(folder / "views")) app.views(folder / "views");
    DIPTYCH_TRY(app.start());
    bar.reset();
    return app.serve({
        .http = how.http,
        .token = how.token,
        .ready =
            [&](std::string_view address) {
                if (how.json) {
                    json::writer out;
                    out.begin_object().member("folder", folder.string());
                    out.member("url", "http://" + std::string(address)).end_object();
                    fmt::print("{}\n", out.text());
                } else {
                    fmt::print("serving {} at http://{}\n", folder.string(), address);
                }
                std::fflush(stdout);
            },
    });
}

}  // namespace diptych::cli
