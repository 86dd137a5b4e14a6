#include "cli/view_export.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"
#include "read/export_rows.hpp"
#include "read/version_file.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace diptych::cli {

namespace {

result<sqlite::location> file_in_folder(view_export_options const& how) {
    if (how.name.ends_with(".db")) return sqlite::location{how.name};
    DIPTYCH_TRY(auto const folder, folder_of(how.where));
    return read::view_file_in(folder, how.name, how.version);
}

std::string as_json(read::exported_rows const& made) {
    json::writer out;
    out.begin_object()
        .member("at", to_string(made.at))
        .member("rows", made.rows)
        .member("sha256", log::to_hex(made.hash));
    return std::move(out.end_object()).text();
}

std::unexpected<error> can_not_write(std::string const& file) {
    return fail(
        errc::failed,
        // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
        fmt::format("can not write {}: {}", file, std::strerror(errno))
    );
}

result<read::exported_rows> write_rows(
    sqlite::location const& of, std::FILE* to, std::string const& name
) {
    auto made = read::export_rows(of, [&](std::string_view line) -> result<void> {
        if (std::fwrite(line.data(), 1, line.size(), to) != line.size()) return can_not_write(name);
        return {};
    });
    if (made && std::fflush(to) != 0) return can_not_write(name);
    return made;
}

result<read::exported_rows> to_standard_output(sqlite::location const& of) {
    return write_rows(of, stdout, "standard output");
}

// What was there before stays until all of it is written.
result<read::exported_rows> to_file(sqlite::location const& of, std::string const& file) {
    std::error_code ignored;
    if (std::filesystem::equivalent(of.path, file, ignored))
        return fail(errc::invalid, file + " is the view's own file");
    auto const beside = file + ".part";
    auto* const out = std::fopen(beside.c_str(), "wb");
    if (out == nullptr) return can_not_write(beside);
    auto made = write_rows(of, out, beside);
    auto const is_closed = std::fclose(out) == 0;
    if (made && !is_closed) made = can_not_write(beside);
    if (made && std::rename(beside.c_str(), file.c_str()) != 0) made = can_not_write(file);
    if (!made) (void)std::remove(beside.c_str());
    return made;
}

}  // namespace

result<void> view_export(view_export_options const& how) {
    DIPTYCH_TRY(auto const file, file_in_folder(how));
    DIPTYCH_TRY(
        auto const made, how.file == "-" ? to_standard_output(file) : to_file(file, how.file)
    );
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
