#include "read/view_checkpoints.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

result<std::vector<view_checkpoint>> view_checkpoints(sqlite::location const& folder) {
    auto const names = folder.disk().list(folder.path);
    if (!names && names.error().kind == errc::not_found) return std::vector<view_checkpoint>{};
    if (!names) return std::unexpected(names.error());
    std::vector<view_checkpoint> found;
    for (auto const& name : *names) {
        sqlite::location const file{folder.path / name, folder.vfs};
        if (file.path.extension() != ".db") continue;
        auto opened = sqlite::database::open(file, {.mode = sqlite::open_mode::read_only});
        if (!opened) continue;
        if (auto const at = read_checkpoint(*opened, file.path))
            found.push_back({.file = name, .at = *at});
    }
    return found;
}

}  // namespace diptych::read
