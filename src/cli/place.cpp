#include "cli/place.hpp"

#include <cstdlib>
#include <vector>

namespace diptych::cli {

namespace fs = std::filesystem;

std::uint64_t reserve_in(std::filesystem::path const& folder) {
    std::error_code unknown;
    auto const bytes = std::filesystem::file_size(folder / "RESERVE", unknown);
    return unknown ? 0 : bytes;
}

bool is_log_folder(fs::path const& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / "FORMAT", ignored);
}

result<fs::path> folder_of(place const& where) {
    auto given = where.data;
    // Set before main by whoever calls; nothing in this program changes the environment.
    if (auto const* const set = std::getenv("DIPTYCH_DATA");  // NOLINT(concurrency-mt-unsafe)
        given.empty() && set != nullptr)
        given = set;
    if (!given.empty()) {
        if (is_log_folder(given)) return fs::path(given);
        return fail(
            errc::not_found,
            "there is no log in " + given + "; make one with: diptych init " + given
        );
    }
    if (is_log_folder(".")) return fs::path(".");

    std::vector<fs::path> below;
    std::error_code ignored;
    for (auto const& entry : fs::directory_iterator(".", ignored))
        if (is_log_folder(entry.path())) below.push_back(entry.path());
    if (below.size() == 1) return below.front();
    if (below.empty())
        return fail(
            errc::not_found,
            "there is no log here; make one with: diptych init FOLDER, or name one with --data or "
            "--url"
        );
    return fail(
        errc::not_found,
        "there are several logs here (" + below[0].filename().string() + ", " +
            below[1].filename().string() + ", ...); name one with --data"
    );
}

error with_way_to_server(error why) {
    if (why.code == "locked")
        why.message += "; if that is a server, ask it: --url http://HOST:PORT";
    return why;
}

error with_way_to_program(error why, place const& where) {
    if (!where.url.empty()) return why;
    constexpr auto of_a_program = "are those of a program: ask the one that is served (--url)";
    if (why.code == "unknown_state") why.message += std::string("; states ") + of_a_program;
    if (why.code == "unknown_process") why.message += std::string("; processes ") + of_a_program;
    return why;
}

}  // namespace diptych::cli
