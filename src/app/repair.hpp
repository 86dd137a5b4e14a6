/// @file
/// Putting a log's folder right: what can be made from the log is made again, what was never
/// acknowledged is cut. Nothing that was acknowledged is ever removed.
#pragma once

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

/// One thing that was wrong and what is done about it.
struct repaired {
    std::string what;  ///< A file: the index, a view's, a segment.
    std::string why;
    std::string done;  ///< "built it again"; of a dry run: "would build it again".
};

struct repair_report {
    std::vector<repaired> all = {};
    token end = {};
};

struct repair_options {
    std::filesystem::path folder;
    std::filesystem::path views = {};  ///< A view file or a folder of them, besides the log's own.
    bool dry_run = false;              ///< Only says what it would do.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)> progress = {};
};

/// Checks everything up to the end that a writer would find, then puts right what is derived, and
/// checks that: what it removed is there again, up to the end. Blocking.
///
/// Fails with not_found if there is no log; unavailable (locked) while a process writes to it;
/// invalid if it is a backup, or a view's file is not understood; corrupt, naming the place, if
/// acknowledged events are damaged or missing: a backup is what helps. Or with what the machine
/// said: only what is wrong is removed, not what cannot be read just now. Then nothing has been
/// changed. Fails with failed (not_built), or with why, if something could not be built again.
result<repair_report> repair(repair_options const& how);

}  // namespace diptych::app
