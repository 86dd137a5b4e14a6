#include "sim/name_table.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace diptych::sim {

std::string parent_of(std::string const& path) {
    return std::filesystem::path(path).parent_path().native();
}

std::string name_of(std::string const& path) {
    return std::filesystem::path(path).filename().native();
}

file_ptr name_table::find(std::string const& path) const {
    auto const there = files_.find(path);
    return there == files_.end() ? nullptr : there->second;
}

void name_table::put(std::string const& path, file_ptr file) {
    files_[path] = file;
    changes_.push_back({.path = path, .now = std::move(file)});
}

void name_table::remove(std::string const& path) {
    files_.erase(path);
    changes_.push_back({.path = path});
}

void name_table::rename(std::string const& from, std::string const& to) {
    auto moved = find(from);
    files_.erase(from);
    files_[to] = moved;
    changes_.push_back({.path = to, .now = std::move(moved), .replaces = from});
}

void name_table::make_directory(std::string const& path) {
    if (directories_.insert(path).second) changes_.push_back({.path = path, .is_directory = true});
}

bool name_table::is_empty(std::string const& directory) const {
    auto const is_in = [&](std::string const& path) { return parent_of(path) == directory; };
    return std::ranges::none_of(files_, is_in, &std::pair<std::string const, file_ptr>::first) &&
           std::ranges::none_of(directories_, [&](auto const& path) {
               return path != directory && is_in(path);
           });
}

void name_table::remove_directory(std::string const& path) {
    directories_.erase(path);
    changes_.push_back({.path = path, .is_directory = true, .is_gone = true});
}

// No more than POSIX promises: ext4 and XFS would make changes in other directories durable, too.
void name_table::sync(std::string const& directory) {
    auto const is_in = [&](change const& one) { return parent_of(one.path) == directory; };
    for (auto const& one : changes_)
        if (is_in(one)) make_durable(one);
    std::erase_if(changes_, is_in);
}

void name_table::lose_power(random_source& chance) {
    for (auto const& one : changes_)
        if ((chance.next() & 1) == 0) make_durable(one);
    changes_.clear();
    // Sorted: what holds a directory comes before it.
    std::set<std::string> reachable;
    for (auto const& path : durable_directories_)
        if (path == "/" || reachable.contains(parent_of(path))) reachable.insert(path);
    directories_ = durable_directories_ = std::move(reachable);
    std::erase_if(durable_files_, [&](auto const& one) {
        return !directories_.contains(parent_of(one.first));
    });
    files_ = durable_files_;
}

void name_table::make_durable(change const& one) {
    if (one.is_gone) durable_directories_.erase(one.path);
    if (one.is_directory && !one.is_gone) durable_directories_.insert(one.path);
    if (one.is_directory) return;
    if (!one.replaces.empty()) durable_files_.erase(one.replaces);
    if (one.now)
        durable_files_[one.path] = one.now;
    else
        durable_files_.erase(one.path);
}

}  // namespace diptych::sim
