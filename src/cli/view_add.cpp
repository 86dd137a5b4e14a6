#include "app/node.hpp"
#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/progress.hpp"
#include "cli/view_versions.hpp"
#include "read/parse.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace diptych::cli {

namespace fs = std::filesystem;

namespace {

result<std::string> name_in(fs::path const& file) {
    DIPTYCH_TRY(auto text, read_input(file.string()));
    DIPTYCH_TRY(
        auto const view,
        read::parse_view({.file = file.filename().string(), .text = std::move(text)})
    );
    return view.name;
}

bool is_same_file(fs::path const& a, fs::path const& b) {
    std::error_code ignored;
    return fs::equivalent(a, b, ignored);
}

/// What is to be done with a view file, and the files it will stand beside.
struct addition {
    std::string view;
    fs::path file;
    fs::path kept;          ///< Where it will be.
    bool replaces = false;  ///< An older text of the same view.
    std::vector<fs::path> others = {};
};

result<addition> plan(fs::path const& folder, fs::path const& file) {
    DIPTYCH_TRY(auto const view, name_in(file));
    addition to{.view = view, .file = file, .kept = folder / (view + ".sql")};
    std::error_code none;
    if (!fs::is_directory(folder, none)) return to;
    DIPTYCH_TRY(auto const there, app::view_files_of(folder));
    if (std::ranges::any_of(there, [&](fs::path const& one) { return is_same_file(one, file); }))
        to.kept = file;
    for (auto const& one : there) {
        if (is_same_file(one, file)) continue;
        DIPTYCH_TRY(auto const name, name_in(one));
        bool const in_its_place = is_same_file(one, to.kept);
        if (name == to.view && !in_its_place)
            return fail(
                errc::invalid,
                "view_twice",
                fmt::format(
                    "view '{}' is in {} already: change that file, or remove it first",
                    name,
                    one.string()
                )
            );
        if (name != to.view && in_its_place)
            return fail(
                errc::invalid,
                "view_twice",
                fmt::format(
                    "view '{}' belongs in {}, where view '{}' is: rename that file first",
                    to.view,
                    one.string(),
                    name
                )
            );
        if (in_its_place)
            to.replaces = true;
        else
            to.others.push_back(one);
    }
    return to;
}

/// Builds the view beside the others. Fails with what stops it.
result<std::string> build(fs::path const& folder, addition const& what) {
    std::optional<progress_bar> bar;
    auto app = application{{
        .data = folder,
        .reserve_bytes = reserve_in(folder),
        .threads = false,
        .progress = drawn_in(bar),
    }};
    for (auto const& one : what.others) app.views(one);
    app.views(what.file);
    DIPTYCH_TRY(app.start());
    DIPTYCH_TRY(app.parts().views().finish_build(what.view));
    auto const all = app.parts().views().status();
    auto const built = std::ranges::find(all, what.view, &read::view_status::name);
    if (built->last_error) return std::unexpected(*built->last_error);
    auto version = built->version;
    DIPTYCH_TRY(app.close());
    return version;
}

/// The databases that are there for a view, with what SQLite keeps beside them.
std::set<fs::path> databases_of(fs::path const& folder, std::string const& view) {
    std::set<fs::path> all;
    std::error_code none;
    for (auto const& one : fs::directory_iterator(folder, none)) {
        auto const name = one.path().filename().string();
        if (name.starts_with(view + '.') && name.find(".db") != name.npos) all.insert(one.path());
    }
    return all;
}

/// As build(); of a view that can not be built nothing stays behind.
result<std::string> build_or_clear(fs::path const& folder, addition const& what) {
    auto const before = databases_of(folder / "views", what.view);
    auto version = build(folder, what);
    if (version) return version;
    std::error_code ignored;
    for (auto const& one : databases_of(folder / "views", what.view))
        if (!before.contains(one)) fs::remove(one, ignored);
    return version;
}

result<void> keep(addition const& what) {
    if (is_same_file(what.file, what.kept)) return {};
    std::error_code why;
    auto const half = what.kept.string() + ".new";
    fs::create_directories(what.kept.parent_path(), why);
    if (!why) fs::copy_file(what.file, half, fs::copy_options::overwrite_existing, why);
    if (!why) fs::rename(half, what.kept, why);
    if (!why) return {};
    return fail(
        errc::failed,
        fmt::format(
            "can not copy {} to {}: {}", what.file.string(), what.kept.string(), why.message()
        )
    );
}

}  // namespace

result<void> view_add(view_options const& how) {
    if (!how.where.url.empty())
        return view_put(how.where, how.file, how.by_hand, how.wait, how.json);
    DIPTYCH_TRY(auto const folder, folder_of(how.where));
    DIPTYCH_TRY(auto const what, plan(folder / "views", how.file));
    auto const version = build_or_clear(folder, what);
    if (!version) return std::unexpected(with_way_to_server(version.error()));
    DIPTYCH_TRY(keep(what));
    if (how.json) {
        json::writer out;
        out.begin_object().member("view", what.view).member("version", *version);
        out.member("file", what.kept.string()).member("replaced", what.replaces).end_object();
        fmt::print("{}\n", out.text());
    } else {
        fmt::print("{} {}\n", what.replaces ? "replaced" : "added", what.kept.string());
    }
    return {};
}

}  // namespace diptych::cli
