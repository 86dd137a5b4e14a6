#include "app/folder_copy.hpp"

#include "log/segments/copy_bytes.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::app {

namespace fs = std::filesystem;
namespace segments = log::segments;

namespace {

// Names in a folder; none if it is not there.
result<std::vector<std::string>> names_in(storage::disk& on, fs::path const& folder) {
    auto names = on.list(folder);
    if (!names && names.error().kind == errc::not_found) return std::vector<std::string>{};
    return names;
}

bool is_of_copy(std::string_view name) {
    if (name.ends_with(".tmp")) name.remove_suffix(4);
    return name == "LOCK" || name == "FORMAT" || name == "HOME" || name == "CLOSED" ||
           name == "log" || name == "views" || name == segments::unfinished_name;
}

bool is_of_log(std::string_view name) { return name.ends_with(".seg") || name == "next.tmp"; }

bool is_of_views(std::string_view name) {
    return name.ends_with(".sql") || name.ends_with(".sql.tmp");
}

result<std::vector<std::string>> own_names_in(
    storage::disk& on, fs::path const& folder, bool (*is_own)(std::string_view)
) {
    DIPTYCH_TRY(auto names, names_in(on, folder));
    for (auto const& one : names)
        if (!is_own(one))
            return fail(
                errc::invalid,
                "foreign_folder",
                (folder / one).native() + " is in the way: it is no part of a copy of a log"
            );
    return names;
}

// Durably: what is named later must not be gone before.
result<void> remove_all(
    storage::disk& on, fs::path const& folder, std::vector<std::string> const& names
) {
    if (names.empty()) return {};
    for (auto const& one : names) DIPTYCH_TRY(on.remove(folder / one));
    return on.sync_directory(folder);
}

result<std::vector<std::string>> sql_files(storage::disk& on, fs::path const& folder) {
    DIPTYCH_TRY(auto names, names_in(on, folder));
    std::erase_if(names, [](auto const& one) { return !one.ends_with(".sql"); });
    return names;
}

result<void> copy_file(storage::disk& on, fs::path const& from, fs::path const& to) {
    auto const next = fs::path(to.native() + ".tmp");
    DIPTYCH_TRY(auto const source, on.open(from, storage::file_mode::read_only));
    DIPTYCH_TRY(auto const size, source->size());
    DIPTYCH_TRY(segments::remove_if_there(on, next, to.parent_path()));
    DIPTYCH_TRY(auto const made, on.open(next, storage::file_mode::create_new));
    auto done = segments::copy_bytes(*source, *made, 0, size, {});
    if (done) done = made->sync();
    if (done) done = on.rename(next, to);
    if (!done) (void)on.remove(next);  // a disk may be full
    return done;
}

}  // namespace

result<place> look_at_place(storage::disk& on, segments::folder const& in) {
    DIPTYCH_TRY(auto const names, names_in(on, in.root));
    auto const has = [&](std::string_view name) {
        return std::ranges::find(names, name) != names.end();
    };
    if (has("FORMAT")) return place::log;
    if (has(segments::unfinished_name)) return place::unfinished;
    auto const is_lock = [](std::string_view name) { return name == "LOCK"; };
    return std::ranges::all_of(names, is_lock) ? place::free : place::foreign;
}

result<unfinished_folder> unfinished_folder::begin(storage::disk& on, fs::path const& to) {
    segments::folder const in{to};
    DIPTYCH_TRY(auto const was_there, on.exists(to));
    DIPTYCH_TRY(on.make_directories(to));
    DIPTYCH_TRY(auto lock, on.lock(in.lock()));
    DIPTYCH_TRY(auto const what, look_at_place(on, in));
    if (what != place::free && what != place::unfinished)
        return fail(errc::invalid, "foreign_folder", to.native() + " is not empty");
    unfinished_folder made(on, in, std::move(lock), !was_there);
    if (what == place::free) {
        // Durable before anything else is: what it stands beside may be removed.
        DIPTYCH_TRY(on.open(in.unfinished(), storage::file_mode::create_new));
        DIPTYCH_TRY(on.sync_directory(in.root));
    }
    if (what == place::unfinished) {
        auto const cleared = made.clear();
        if (!cleared) made.lock_.reset();
        if (!cleared) return std::unexpected(cleared.error());
    }
    DIPTYCH_TRY(on.make_directories(in.log()));
    return made;
}

unfinished_folder::~unfinished_folder() {
    if (lock_) (void)abandon();
}

// All but LOCK and the file that says what it is. Nothing if there is anything of others.
result<void> unfinished_folder::clear() {
    DIPTYCH_TRY(auto names, own_names_in(*disk_, in_.root, is_of_copy));
    DIPTYCH_TRY(auto const of_log, own_names_in(*disk_, in_.log(), is_of_log));
    DIPTYCH_TRY(auto const of_views, own_names_in(*disk_, in_.root / "views", is_of_views));
    auto const is_format = [](std::string_view name) { return name == "FORMAT"; };
    if (std::ranges::any_of(names, is_format)) {
        // From here on it is no log any more.
        DIPTYCH_TRY(remove_all(*disk_, in_.root, {"FORMAT"}));
    }
    DIPTYCH_TRY(remove_all(*disk_, in_.log(), of_log));
    DIPTYCH_TRY(remove_all(*disk_, in_.root / "views", of_views));
    std::erase_if(names, [](std::string_view one) {
        return one == "FORMAT" || one == "LOCK" || one == segments::unfinished_name;
    });
    return remove_all(*disk_, in_.root, names);
}

result<void> unfinished_folder::abandon() {
    DIPTYCH_TRY(clear());
    DIPTYCH_TRY(segments::remove_if_there(*disk_, in_.unfinished(), in_.root));
    DIPTYCH_TRY(segments::remove_if_there(*disk_, in_.lock(), in_.root));
    return is_new_ ? disk_->remove(in_.root) : result<void>{};
}

result<void> unfinished_folder::finish(uuid const& log_id) {
    DIPTYCH_TRY(segments::sync_way_to(*disk_, in_.root));
    DIPTYCH_TRY(segments::create_format(*disk_, in_, log_id));
    // From here on it is a log, also if the file that said otherwise can not be removed, and
    // whoever opens it to write may do so.
    auto const lock = std::move(lock_);
    (void)segments::remove_if_there(*disk_, in_.unfinished(), in_.root);
    return {};
}

result<void> copy_view_files(storage::disk& on, fs::path const& from_log, fs::path const& to_log) {
    auto const from = from_log / "views";
    auto const to = to_log / "views";
    DIPTYCH_TRY(auto const names, sql_files(on, from));
    DIPTYCH_TRY(auto const old, sql_files(on, to));
    if (names.empty() && old.empty()) return {};
    DIPTYCH_TRY(on.make_directories(to));
    for (auto const& name : names) DIPTYCH_TRY(copy_file(on, from / name, to / name));
    for (auto const& name : old) {
        if (std::ranges::find(names, name) != names.end()) continue;
        DIPTYCH_TRY(on.remove(to / name));
    }
    DIPTYCH_TRY(on.sync_directory(to));
    return on.sync_directory(to_log);
}

}  // namespace diptych::app
