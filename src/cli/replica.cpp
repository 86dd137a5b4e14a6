#include "app/log_follower.hpp"
#include "app/worker.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/service.hpp"
#include "edge/stored_log.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

namespace diptych::cli {

namespace {

namespace fs = std::filesystem;

// How often the source is asked when it had nothing more to say.
constexpr app::worker_pace look_again{.tick = std::chrono::milliseconds{50}};

/// The source, opened when it is first asked, and again after it was not there.
class source {
public:
    explicit source(place where) : where_(std::move(where)) {}

    result<log::stored_piece> ask(log::stored_place const& from) {
        if (!open_) {
            DIPTYCH_TRY(open_, open_service(where_, need::reading));
        }
        auto answer = open_->ask_well(edge::request_for(from));
        if (!answer) {
            open_.reset();
            return std::unexpected(std::move(answer).error());
        }
        return edge::piece_in(*std::move(answer));
    }

private:
    place const where_;
    std::unique_ptr<service> open_;
};

place place_of(replica_options const& how) {
    auto const is_url = how.from.find("://") != std::string::npos;
    return {
        .data = is_url ? std::string{} : how.from,
        .url = is_url ? how.from : std::string{},
        .token = how.from_token,
    };
}

// What has been recorded already is there before anybody asks.
void bring_up(app::log_follower& with) {
    progress_bar bar("copying the log");
    while (true) {
        auto const more = with.step();
        if (!more || !*more) return;
        auto const now = with.status();
        bar.show(now.at.position.value, now.end.position.value);
    }
}

}  // namespace

result<void> replica(replica_options const& how) {
    if (how.data.empty())
        return fail(errc::invalid, "follow --from keeps a copy: say with --data in which folder");
    fs::path const folder = how.data;
    source from(place_of(how));
    auto& time = system_clock();
    DIPTYCH_TRY(
        auto const follower,
        app::log_follower::open(
            storage::system_disk(),
            folder,
            time,
            how.from,
            [&](log::stored_place const& place) { return from.ask(place); }
        )
    );
    bring_up(*follower);
    auto const report = [](std::string const&, error const& what) {
        fmt::print(stderr, "following: {}\n", what.message);
    };
    std::optional<progress_bar> bar;
    auto app = application{{
        .data = folder,
        .read_only = true,
        .views = folder / "views",
        .watch_views = true,
        .source = [&] { return follower->status(); },
        .progress = drawn_in(bar),
    }};
    fs::create_directories(folder / "views");
    app.views(folder / "views");
    for (auto const& one : how.views) app.views(one);
    DIPTYCH_TRY(app.start());
    bar.reset();
    app::worker const keeper("follower", look_again, [&] { return follower->step(); }, report);
    return app.serve({
        .http = how.http,
        .token = how.token,
        .ready =
            [&](std::string_view address) {
                fmt::print("following {} in {} at http://{}\n", how.from, folder.string(), address);
                std::fflush(stdout);
            },
    });
}

}  // namespace diptych::cli
