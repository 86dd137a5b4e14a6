/// @file
/// The names on a simulated disk: as programs see them, and as they would be after a power loss.
#pragma once

#include "sim/file_content.hpp"

#include <diptych/clock.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace diptych::sim {

using file_ptr = std::shared_ptr<file_content>;

std::string parent_of(std::string const& path);
std::string name_of(std::string const& path);

/// What was done to the names of a directory is durable once that directory is synced, and until
/// then there or not, each change by itself. A directory is such a name, too: one that is gone
/// takes everything in it along. Not thread-safe.
class name_table {
public:
    file_ptr find(std::string const& path) const;
    bool has_directory(std::string const& path) const { return directories_.contains(path); }

    void put(std::string const& path, file_ptr file);
    void remove(std::string const& path);
    void rename(std::string const& from, std::string const& to);
    void make_directory(std::string const& path);
    bool is_empty(std::string const& directory) const;
    void remove_directory(std::string const& path);

    /// Makes durable what was done to the names in this directory, and in no other.
    void sync(std::string const& directory);
    void lose_power(random_source& chance);

    std::map<std::string, file_ptr> const& files() const { return files_; }
    std::set<std::string> const& directories() const { return directories_; }

private:
    // One step of the journal: a name that is another's now has never both, and never neither.
    struct change {
        std::string path;
        file_ptr now = nullptr;     // null: removed, or a directory
        std::string replaces = {};  // a name that is gone with the same change
        bool is_directory = false;
        bool is_gone = false;  // a directory
    };
    void make_durable(change const& one);

    std::map<std::string, file_ptr> files_;
    std::map<std::string, file_ptr> durable_files_;
    std::set<std::string> directories_{"/"};
    std::set<std::string> durable_directories_{"/"};
    std::vector<change> changes_;
};

}  // namespace diptych::sim
