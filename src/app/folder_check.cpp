#include "app/folder_check.hpp"

#include "app/covered.hpp"
#include "app/node.hpp"
#include "app/temporary_folder.hpp"
#include "log/segments/inspected_engine.hpp"
#include "read/view_version.hpp"

#include <diptych/clock.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;
namespace segments = log::segments;

namespace {

using segments::segment_engine;

// As far as the writer says that it is durable. After a power loss that may be older than what is
// there: where more has been followed, and always if it is known that nobody writes, as far as a
// writer would find it.
result<std::unique_ptr<segment_engine>> open_engine(folder_check_options const& how) {
    auto& disk = storage::system_disk();
    segments::folder const in{how.folder};
    DIPTYCH_TRY(auto const log_id, segments::read_format(disk, in));
    if (!log_id) return fail(errc::not_found, in.root.native() + " has no log");
    // Looked at before the end, so that beside a writer none of them is beyond it.
    DIPTYCH_TRY(auto const covered, covered_by_all({how.folder}, *log_id));
    DIPTYCH_TRY(
        auto told,
        segment_engine::open(
            how.folder,
            segment_engine::mode::reader,
            disk,
            system_clock(),
            system_random(),
            {.indexed = false}
        )
    );
    auto const end = told->end().position;
    auto const is_beyond = [&](segments::checkpoint const& one) { return one.position > end; };
    if (!how.nobody_writes && std::ranges::none_of(covered, is_beyond)) return told;
    segments::segment_cache cache(disk, {});
    auto const found =
        segments::inspect(disk, in, *log_id, covered, cache, storage::file_mode::read_only);
    // What is damaged is found again by whoever walks the log, and told with its place.
    if (!found && found.error().kind != errc::corrupt) return std::unexpected(found.error());
    if (!found || found->loss || !found->last) return told;
    return std::make_unique<segments::inspected_engine>(disk, in, *log_id, *found);
}

// The log without its index, which may be what is wrong. Nothing is asked for by name.
result<std::unique_ptr<log::sequenced_log>> open_log(folder_check_options const& how) {
    DIPTYCH_TRY(auto engine, open_engine(how));
    return log::sequenced_log::open(
        std::move(engine), system_clock(), system_random(), {.tail_events_max = 0}
    );
}

using told = std::function<void(position done, position end)>;

told telling(folder_check_options const& how, std::string what) {
    return [&how, what = std::move(what)](position done, position end) {
        if (how.progress) how.progress(what, done.value, end.value);
    };
}

std::optional<result<segments::index_comparison>> check_index(folder_check_options const& how) {
    auto const log = open_engine(how);
    if (!log) return result<segments::index_comparison>{std::unexpect, log.error()};
    auto found = segments::check_index(
        {how.folder / "index.db"},
        **log,
        system_clock(),
        segments::segment_options{}.keep_answers,
        telling(how, "index")
    );
    if (!found && found.error().kind == errc::not_found) return std::nullopt;
    return found;
}

struct known_view {
    std::string file;
    read::view_plan plan;
};

// The views that the folder keeps files of, and those that were named besides.
result<std::vector<known_view>> read_views(folder_check_options const& how, folder_check& into) {
    std::vector<fs::path> files;
    for (auto const& place : {how.folder / "views", how.views}) {
        std::error_code ignored;
        auto const is_own = place != how.views;
        if (place.empty() || (is_own && !fs::exists(place, ignored))) continue;
        DIPTYCH_TRY(auto const some, view_files_of(place));
        for (auto const& file : some) {
            auto const is_it = [&](fs::path const& one) {
                return fs::equivalent(one, file, ignored);
            };
            if (std::ranges::none_of(files, is_it)) files.push_back(file);
        }
    }
    auto const older = std::make_shared<read::older_shapes const>(std::vector<model::event>{});
    std::vector<known_view> known;
    for (auto const& file : files) {
        std::ifstream const in(file, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        auto plan = read::plan_view({.file = file.string(), .text = text.str()}, {}, older);
        if (!plan) {
            into.unread.push_back(plan.error().message);
            continue;
        }
        auto const is_it = [&](known_view const& one) {
            return one.plan.definition->name == plan->definition->name;
        };
        if (auto const twice = std::ranges::find_if(known, is_it); twice != known.end())
            into.unread.push_back(
                file.string() + ": there is a view '" + plan->definition->name + "' in " +
                twice->file + ", too"
            );
        else
            known.push_back({.file = file.string(), .plan = std::move(*plan)});
    }
    into.view_files = std::move(files);
    return known;
}

read::view_plan const* plan_of(std::vector<known_view> const& known, fs::path const& file) {
    for (auto const& [name, plan] : known)
        if (read::file_of({}, plan.definition->name, plan.version) == file.filename()) return &plan;
    return nullptr;
}

result<void> check_views(
    folder_check_options const& how, log::sequenced_log& log, folder_check& into
) {
    auto const folder = how.folder / "views";
    DIPTYCH_TRY(auto const known, read_views(how, into));
    auto const names = storage::system_disk().list(folder);
    if (!names && names.error().kind == errc::not_found) return {};
    if (!names) return std::unexpected(names.error());
    DIPTYCH_TRY(auto const scratch, temporary_folder::make());
    for (auto const& name : *names) {
        auto const file = folder / name;
        if (file.extension() != ".db") continue;
        checked_view one{.file = file.string(), .view = {}, .found = read::view_comparison{}};
        if (auto const* const plan = plan_of(known, file)) {
            one.view = plan->definition->name;
            one.found = read::check_view(
                *plan,
                {file},
                log,
                system_clock(),
                {.scratch = scratch.path(),
                 .differences_max = how.differences_max,
                 .progress = telling(how, "view " + one.view)}
            );
        } else if (auto const at = read::check_view_file({file}, log)) {
            one.found->at = *at;
        } else {
            one.found = std::unexpected(at.error());
        }
        // Gone by now, or begun only now.
        if (!one.found && one.found.error().kind == errc::not_found) continue;
        into.views.push_back(std::move(one));
    }
    return {};
}

}  // namespace

std::optional<error> checked_view::fault() const {
    if (!found) return found.error();
    // One that has diverged says so itself.
    if (found->different == 0 || found->parking.is_diverged) return std::nullopt;
    auto const& first = found->differences;
    auto message = file + ": " + std::to_string(found->different) +
                   (found->different == 1 ? " row is" : " rows are") +
                   " not what the log makes of it";
    if (!first.empty())
        message += "; the first is in " + first[0].table + ": expected " +
                   (first[0].expected.empty() ? "none" : first[0].expected) + ", found " +
                   (first[0].found.empty() ? "none" : first[0].found);
    return fail(errc::corrupt, "wrong_view", std::move(message)).error();
}

std::optional<error> folder_check::fault() const {
    if (!log) return log.error();
    if (index && !*index) return index->error();
    for (auto const& one : views)
        if (auto wrong = one.fault()) return wrong;
    if (!unread.empty()) return fail(errc::invalid, "view_file", unread.front()).error();
    return std::nullopt;
}

result<folder_check> check_folder(folder_check_options const& how) {
    DIPTYCH_TRY(auto const log, open_log(how));
    folder_check found{.log = log->verify(telling(how, "log"))};
    if (found.log && !how.log_only) {
        found.index = check_index(how);
        DIPTYCH_TRY(check_views(how, *log, found));
    }
    DIPTYCH_TRY(log->close());
    return found;
}

}  // namespace diptych::app
