#include "app/folder_copy.hpp"

#include "log/segments/copy_bytes.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace diptych::app {

namespace fs = std::filesystem;

namespace {

fs::path parent_of(fs::path const& folder) {
    auto const parent = folder.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

std::unexpected<error> denied(std::string_view what, fs::path const& folder, std::error_code why) {
    return fail(
        errc::denied, "can not " + std::string(what) + " " + folder.native() + ": " + why.message()
    );
}

constexpr auto what_copies_hold = {"LOCK", "FORMAT", "HOME", "CLOSED", "log", "views"};

result<void> clear(fs::path const& partial) {
    std::error_code why;
    std::vector<fs::path> all;
    for (auto const& entry : fs::directory_iterator(partial, why)) all.push_back(entry.path());
    if (why) return denied("list", partial, why);
    for (auto const& one : all) {
        auto const name = one.extension() == ".tmp" ? one.stem() : one.filename();
        if (std::ranges::find(what_copies_hold, name) == what_copies_hold.end())
            return fail(
                errc::invalid,
                "foreign_folder",
                one.native() + " is in the way: the folder is made under the name " +
                    partial.native()
            );
    }
    for (auto const& one : all) {
        if (one.filename() == "LOCK") continue;
        fs::remove_all(one, why);
        if (why) return denied("remove", one, why);
    }
    return {};
}

result<std::vector<std::string>> sql_files(storage::disk& on, fs::path const& folder) {
    auto names = on.list(folder);
    if (!names && names.error().kind == errc::not_found) return std::vector<std::string>{};
    if (names) std::erase_if(*names, [](auto const& one) { return !one.ends_with(".sql"); });
    return names;
}

result<void> copy_file(storage::disk& on, fs::path const& from, fs::path const& to) {
    auto const next = fs::path(to.native() + ".tmp");
    DIPTYCH_TRY(auto const source, on.open(from, storage::file_mode::read_only));
    DIPTYCH_TRY(auto const size, source->size());
    DIPTYCH_TRY(log::segments::remove_if_there(on, next, to.parent_path()));
    DIPTYCH_TRY(auto const made, on.open(next, storage::file_mode::create_new));
    DIPTYCH_TRY(log::segments::copy_bytes(*source, *made, 0, size, {}));
    DIPTYCH_TRY(made->sync());
    return on.rename(next, to);
}

}  // namespace

fs::path without_slash(fs::path const& folder) {
    auto plain = folder.lexically_normal();
    return plain.has_filename() ? plain : plain.parent_path();
}

result<bool> is_free_place(fs::path const& folder) {
    std::error_code why;
    if (!fs::exists(folder, why) && !why) return true;
    auto const is_empty = !why && fs::is_directory(folder, why) && fs::is_empty(folder, why);
    if (why) return denied("look at", folder, why);
    return is_empty;
}

result<unfinished_folder> unfinished_folder::begin(fs::path const& to) {
    auto& disk = storage::system_disk();
    auto name = without_slash(to);
    log::segments::folder const in{name.native() + ".partial"};
    DIPTYCH_TRY(disk.make_directories(in.root));
    DIPTYCH_TRY(auto lock, disk.lock(in.lock()));
    DIPTYCH_TRY(clear(in.root));
    DIPTYCH_TRY(disk.make_directories(in.log()));
    return unfinished_folder(std::move(name), in, std::move(lock));
}

result<void> unfinished_folder::finish() {
    auto& disk = storage::system_disk();
    DIPTYCH_TRY(disk.sync_directory(in_.log()));
    DIPTYCH_TRY(disk.sync_directory(in_.root));
    DIPTYCH_TRY(disk.rename(in_.root, to_));
    return disk.sync_directory(parent_of(to_));
}

result<void> copy_view_files(fs::path const& from_log, fs::path const& to_log) {
    auto& disk = storage::system_disk();
    auto const from = from_log / "views";
    auto const to = to_log / "views";
    DIPTYCH_TRY(auto const names, sql_files(disk, from));
    DIPTYCH_TRY(auto const old, sql_files(disk, to));
    if (names.empty() && old.empty()) return {};
    DIPTYCH_TRY(disk.make_directories(to));
    for (auto const& name : names) DIPTYCH_TRY(copy_file(disk, from / name, to / name));
    for (auto const& name : old) {
        if (std::ranges::find(names, name) != names.end()) continue;
        DIPTYCH_TRY(disk.remove(to / name));
    }
    DIPTYCH_TRY(disk.sync_directory(to));
    return disk.sync_directory(to_log);
}

}  // namespace diptych::app
