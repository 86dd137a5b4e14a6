#include "cli/view_export.hpp"

#include "app/view_export.hpp"
#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"
#include "read/export_rows.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace diptych::cli {

namespace {

result<sqlite::location> file_in_folder(view_export_options const& how) {
    if (how.name.ends_with(".db")) return sqlite::location{how.name};
    DIPTYCH_TRY(auto const folder, folder_of(how.where));
    return app::view_file_in(folder, how.name, how.version);
}

std::string as_json(read::exported_rows const& made) {
    json::writer out;
    out.begin_object()
        .member("at", to_string(made.at))
        .member("rows", made.rows)
        .member("sha256", log::to_hex(made.hash));
    return std::move(out.end_object()).text();
}

}  // namespace

result<void> view_export(view_export_options const& how) {
    DIPTYCH_TRY(auto const file, file_in_folder(how));
    auto const close = [](std::FILE* one) {
        if (one != stdout) std::fclose(one);
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
    DIPTYCH_TRY(
        auto const made,
        read::export_rows(
            file,
            [&](std::string_view line) -> result<void> {
                if (std::fwrite(line.data(), 1, line.size(), out.get()) != line.size())
                    return complain();
                return {};
            }
        )
    );
    if (std::fflush(out.get()) != 0) return complain();
    if (how.json && how.file != "-")
        fmt::print("{}\n", as_json(made));
    else
        fmt::print(
            stderr,
            "{} rows at {}, sha256 {}\n",
            made.rows,
            to_string(made.at),
            log::to_hex(made.hash)
        );
    return {};
}

result<void> view_hash(view_export_options const& how) {
    std::string said;
    if (how.where.url.empty()) {
        DIPTYCH_TRY(auto const file, file_in_folder(how));
        DIPTYCH_TRY(auto const made, read::export_rows(file));
        said = as_json(made);
    } else {
        DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
        http::request request{
            .path = fmt::format("/views/{}/hash", edge::percent_encode(how.name))
        };
        if (!how.version.empty()) request.query.emplace_back("version", how.version);
        DIPTYCH_TRY(
            auto answer, log->ask_well(std::move(request), thinking_time::as_long_as_it_takes)
        );
        said = std::move(answer.body);
    }
    if (how.json) {
        fmt::print("{}\n", said);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(said));
    fmt::print(
        "{}  {} rows at {}\n",
        word_of(read.root(), "sha256"),
        word_of(read.root(), "rows"),
        word_of(read.root(), "at")
    );
    return {};
}

}  // namespace diptych::cli
