#include "cli/commands.hpp"
#include "cli/pages.hpp"
#include "cli/progress.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace diptych::cli {

result<void> export_events(export_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::reading));
    auto const close = [](std::FILE* file) {
        if (file != stdout) std::fclose(file);
    };
    std::unique_ptr<std::FILE, decltype(close)> const out(
        how.file == "-" ? stdout : std::fopen(how.file.c_str(), "wb"), close
    );
    auto const complain = [&] {
        return fail(
            errc::failed,
            // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
            fmt::format("can not write {}: {}", how.file, std::strerror(errno))
        );
    };
    if (!out) return complain();
    progress_bar bar("exporting");
    std::uint64_t done = 0;
    bool written = true;
    DIPTYCH_TRY(for_each_event(*log, {.engine = how.engine}, [&](json::value const& event) {
        auto const line = event.raw();
        written = std::fwrite(line.data(), 1, line.size(), out.get()) == line.size() &&
                  std::fputc('\n', out.get()) != EOF;
        bar.show(++done, 0);
        return written;
    }));
    if (!written || std::fflush(out.get()) != 0) return complain();
    // Standard output has the events, as JSON already.
    if (how.json && how.file != "-") fmt::print("{{\"exported\":{}}}\n", done);
    return {};
}

}  // namespace diptych::cli
