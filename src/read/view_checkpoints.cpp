#include "read/view_checkpoints.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

result<std::vector<view_checkpoint>> view_checkpoints(std::filesystem::path const& folder) {
    std::vector<view_checkpoint> found;
    std::error_code why;
    for (auto const& entry : std::filesystem::directory_iterator(folder, why)) {
        if (entry.path().extension() != ".db") continue;
        auto opened = sqlite::database::open(entry.path(), {.mode = sqlite::open_mode::read_only});
        if (!opened) continue;
        if (auto const at = read_checkpoint(*opened, entry.path()))
            found.push_back({.file = entry.path().filename().string(), .at = *at});
    }
    if (why && why != std::errc::no_such_file_or_directory)
        return fail(errc::denied, "can not list " + folder.string() + ": " + why.message());
    std::ranges::sort(found, {}, &view_checkpoint::file);
    return found;
}

}  // namespace diptych::read
