#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace diptych::cli {

namespace {

result<jwt_options> jwt_of(serve_options const& how) {
    jwt_options made{
        .algorithm = how.jwt_algorithm,
        .audience = how.jwt_audience,
        .issuer = how.jwt_issuer,
    };
    if (made.algorithm.empty()) return made;
    std::ifstream const in{how.jwt_key, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        return fail(errc::invalid, "jwt_key", "the key '" + how.jwt_key + "' can not be read");
    made.key = std::move(text).str();
    // A secret in a file mostly ends with the end of a line, which is not part of it.
    while (made.key.ends_with('\n') || made.key.ends_with('\r')) made.key.pop_back();
    return made;
}

}  // namespace

result<void> serve(serve_options const& how) {
    DIPTYCH_TRY(auto jwt, jwt_of(how));
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.data}));
    std::optional<progress_bar> bar;
    auto app = application{{
        .data = folder,
        .read_only = how.read_only,
        .views = how.views,
        .watch_views = !how.no_watch,
        .build_views_beside = how.build_beside,
        .check_views_every = std::chrono::seconds{how.check_views_seconds},
        .reserve_bytes = how.reserve_bytes,
        .outside_commands = how.outside_commands,
        .progress = drawn_in(bar),
    }};
    if (std::filesystem::is_directory(folder / "views")) app.views(folder / "views");
    if (!how.inbox.empty())
        app.inbox(how.inbox);
    else if (std::filesystem::is_directory(folder / "inbox"))
        app.inbox(folder / "inbox");
    if (!how.channels.empty())
        app.channels(how.channels);
    else if (std::filesystem::is_directory(folder / "channels"))
        app.channels(folder / "channels");
    DIPTYCH_TRY(app.start());
    bar.reset();
    return app.serve({
        .http = how.http,
        .token = how.token,
        .jwt = std::move(jwt),
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
