/// @file
/// A folder for what is needed for a while.
#pragma once

#include <diptych/error.hpp>

#include <cerrno>
#include <filesystem>
#include <stdlib.h>  // mkdtemp
#include <string>
#include <system_error>
#include <utility>

namespace diptych::app {

/// Below the machine's folder for such things; removed with all that is in it when destroyed.
class temporary_folder {
public:
    /// Fails with denied.
    static result<temporary_folder> make() {
        auto pattern = (std::filesystem::temp_directory_path() / "diptych-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            return fail(
                errc::denied,
                "can not make a folder " + pattern + ": " + std::generic_category().message(errno)
            );
        return temporary_folder(std::move(pattern));
    }

    temporary_folder(temporary_folder&& other) noexcept
        : path_(std::exchange(other.path_, std::filesystem::path{})) {}
    temporary_folder& operator=(temporary_folder&&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path const& path() const { return path_; }

private:
    explicit temporary_folder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace diptych::app
