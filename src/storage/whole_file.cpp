#include "storage/whole_file.hpp"

#include <diptych/try.hpp>

namespace diptych::storage {

result<std::string> read_whole(disk& on, std::filesystem::path const& path) {
    DIPTYCH_TRY(auto const file, on.open(path, file_mode::read_only));
    DIPTYCH_TRY(auto const bytes, file->size());
    std::string text(static_cast<std::size_t>(bytes), '\0');
    DIPTYCH_TRY(auto const size, file->read(0, text));
    text.resize(size);
    return text;
}

result<void> write_whole(disk& on, std::filesystem::path const& path, std::string_view bytes) {
    auto const next = std::filesystem::path(path.native() + ".tmp");
    DIPTYCH_TRY(auto const left_over, on.exists(next));
    if (left_over) {
        DIPTYCH_TRY(on.remove(next));
    }
    DIPTYCH_TRY(auto const file, on.open(next, file_mode::create_new));
    DIPTYCH_TRY(file->write(0, bytes));
    DIPTYCH_TRY(file->sync());
    DIPTYCH_TRY(on.rename(next, path));
    return on.sync_directory(path.parent_path());
}

}  // namespace diptych::storage
