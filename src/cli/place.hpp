/// @file
/// Which log a command line means: a folder, or a server.
#pragma once

#include <diptych/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace diptych::cli {

/// As given by `--data` and `--url`; both may be empty.
struct place {
    std::string data = {};
    std::string url = {};    ///< "http://127.0.0.1:8080"
    std::string token = {};  ///< Bearer token for the server.
};

/// The folder meant: `--data`, else $DIPTYCH_DATA, else the working folder, else the only Diptych
/// folder in it. Fails with not_found, saying what would help.
result<std::filesystem::path> folder_of(place const& where);

/// What a command that writes to a folder keeps in reserve there: what the server has left.
std::uint64_t reserve_in(std::filesystem::path const& folder);

/// Whether `folder` holds a log.
bool is_log_folder(std::filesystem::path const& folder);

/// What opening a folder failed with; who writes to it already is mostly a server, and can be
/// asked.
error with_way_to_server(error why);

/// Of a folder: what a state or process is not found by says that its program has to be asked.
error with_way_to_program(error why, place const& where);

}  // namespace diptych::cli
