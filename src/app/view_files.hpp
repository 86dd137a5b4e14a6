/// @file
/// The view files of a node, while it runs: which they are, and what has become of them.
#pragma once

#include "read/view_set.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

/// Thread-safe. Keeps a reference: the views must outlive it.
class view_files {
public:
    /// `own`: where put() keeps files, as `<view>.sql`; empty: nowhere, they live as long as the
    /// node.
    view_files(read::view_set& views, std::filesystem::path own);

    /// Adds a file to the views, before they are started. Fails as view_set::add_file does.
    result<void> add(std::filesystem::path const& file);

    /// Also looks there from now on: at a file, or at every `*.sql` of a folder.
    void watch(std::filesystem::path const& place);

    /// Offers what has been changed or added since. A file that is no view changes nothing; it is
    /// among faults() until it is changed again. Fails with the first of them that is new.
    result<void> look();

    /// Keeps a text as the file of the view `name` and offers it. Fails with invalid if it is no
    /// view of that name, denied if the view comes from a file elsewhere, or with what writing it
    /// failed with.
    result<read::offered> put(std::string_view name, std::string_view text, bool by_itself);

    /// Why the files that are no views are none.
    std::vector<std::string> faults() const;

private:
    struct known_file {
        std::filesystem::file_time_type changed = {};
        std::uintmax_t bytes = 0;
        std::string text = {};
        std::string view = {};   ///< That it was offered as; empty: it is none.
        std::string fault = {};  ///< Empty: none.
    };

    result<void> look_at(std::filesystem::path const& file);

    read::view_set& views_;
    std::filesystem::path own_;
    mutable std::mutex mutex_;  // guards what follows
    std::vector<std::filesystem::path> places_;
    std::map<std::filesystem::path, known_file> known_;
};

}  // namespace diptych::app
