#include "cli/view_versions.hpp"

#include "cli/input.hpp"
#include "cli/progress.hpp"
#include "cli/row_differences.hpp"
#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"
#include "read/parse.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

namespace diptych::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto look_for_build = 100ms;

std::string path_of(std::string const& view, std::string_view what) {
    return fmt::format("/views/{}/{}", edge::percent_encode(view), what);
}

struct progress {
    std::uint64_t at;
    std::uint64_t end;
};

// Of the version `id`, of the one that is being built if that is empty; nothing if there is none.
// Fails with what it fails on.
result<std::optional<progress>> look_at_build(
    service& of, std::string const& view, std::string_view id
) {
    DIPTYCH_TRY(auto const answer, of.ask_well({.path = path_of(view, "versions")}));
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const all = read.root().find("versions");
    if (!all) return fail(errc::failed, "not a list of versions: " + answer.body);
    for (auto const one : all->elements()) {
        auto const is_it =
            id.empty() ? word_of(one, "standing") == "building" : word_of(one, "version") == id;
        if (!is_it) continue;
        if (auto const why = one.at("error.detail"))
            return fail(errc::failed, word_of(one, "version") + ": " + std::string{why->text()});
        auto const at = word_of(one, "at");
        auto const done = std::strtoull(at.substr(at.find('.') + 1).c_str(), nullptr, 10);
        auto const lag = std::strtoull(word_of(one, "lag").c_str(), nullptr, 10);
        return progress{.at = done, .end = done + lag};
    }
    return std::optional<progress>{};
}

// Until nothing is being built; of the version `id`, until it shows what there was when this began.
result<void> wait_for(service& of, std::string const& view, std::string_view id) {
    std::optional<progress_bar> bar;
    std::optional<std::uint64_t> goal;
    while (true) {
        DIPTYCH_TRY(auto const now, look_at_build(of, view, id));
        if (!now) return {};
        if (!goal) goal = now->end;
        if (!id.empty() && now->at >= *goal) return {};
        if (!bar) bar.emplace("building " + view);
        bar->show(now->at, now->end);
        std::this_thread::sleep_for(look_for_build);
    }
}

// On a folder nobody else goes on with it.
result<void> wait_for_build(service& of, view_versions_options const& how) {
    if (!how.wait && !how.where.url.empty()) return {};
    return wait_for(of, how.name, {});
}

result<void> ask_and_wait(
    view_versions_options const& how, std::string_view what, http::pairs query = {}
) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(
        auto const answer,
        log->ask_well({.method = "POST", .path = path_of(how.name, what), .query = std::move(query)}
        )
    );
    DIPTYCH_TRY(wait_for_build(*log, how));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const list, log->ask_well({.path = path_of(how.name, "versions")}));
    DIPTYCH_TRY(auto const read, json::parse(list.body));
    for (auto const one : read.root().find("versions")->elements()) print_version(one);
    return {};
}

}  // namespace

result<void> view_versions(view_versions_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const answer, log->ask_well({.path = path_of(how.name, "versions")}));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    for (auto const one : read.root().find("versions")->elements()) print_version(one);
    return {};
}

result<void> view_switch(view_versions_options const& how) {
    return ask_and_wait(how, "switch", {{"version", how.version}});
}

result<void> view_back(view_versions_options const& how) { return ask_and_wait(how, "back"); }

result<void> view_rebuild(view_versions_options const& how) { return ask_and_wait(how, "rebuild"); }

result<void> view_compare(view_versions_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    http::pairs query{{"differences", std::to_string(how.differences)}};
    if (!how.version.empty()) query.emplace_back("with", how.version);
    DIPTYCH_TRY(
        auto const answer,
        log->ask_well(
            {.path = path_of(how.name, "compare"), .query = std::move(query)},
            thinking_time::as_long_as_it_takes
        )
    );
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const said = read.root();
    auto const different = word_of(said, "different");
    if (how.json) {
        fmt::print("{}\n", answer.body);
    } else {
        fmt::print(
            "{} and {} at {}: {} rows, {} different\n",
            word_of(said, "served"),
            word_of(said, "with"),
            word_of(said, "at"),
            word_of(said, "rows"),
            different
        );
        print_differences(said, "served", "other");
    }
    if (different == "0") return {};
    return fail(
        errc::failed, "views_differ", different + " rows of view '" + how.name + "' differ"
    );
}

result<void> view_drop(view_versions_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(log->ask_well(
        {.method = "DELETE",
         .path = path_of(how.name, "versions/" + edge::percent_encode(how.version))}
    ));
    if (!how.json) fmt::print("dropped {} {}\n", how.name, how.version);
    return {};
}

result<void> view_resume(view_versions_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(log->ask_well({.method = "POST", .path = path_of(how.name, "resume")}));
    return {};
}

result<void> view_put(
    place const& where, std::string const& file, bool by_hand, bool wait, bool json
) {
    DIPTYCH_TRY(auto text, read_input(file));
    auto const name = std::filesystem::path(file).filename().string();
    DIPTYCH_TRY(auto const view, read::parse_view({.file = name, .text = text}));
    DIPTYCH_TRY(auto const log, open_service(where, need::serving_views));
    http::request request{
        .method = "PUT",
        .path = "/views/" + edge::percent_encode(view.name),
        .headers = {{"Content-Type", "application/sql"}},
        .body = std::move(text)
    };
    if (by_hand) request.query.emplace_back("switch", "by_hand");
    DIPTYCH_TRY(auto const answer, log->ask_well(std::move(request)));
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const version = word_of(read.root(), "version");
    if (wait) {
        DIPTYCH_TRY(wait_for(*log, view.name, by_hand ? version : std::string{}));
    }
    if (json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    for (auto const one : read.root().find("warnings")->elements())
        fmt::print("warning: {}\n", one.text());
    auto const is_served = word_of(read.root(), "served") == "true" || (wait && !by_hand);
    auto const* const what = is_served ? "serving" : wait ? "built" : "building";
    fmt::print("{} {} of view {}\n", what, version, view.name);
    if (!is_served && by_hand) fmt::print("next: diptych view switch {} {}\n", view.name, version);
    return {};
}

}  // namespace diptych::cli
