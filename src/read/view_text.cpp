#include "read/view_text.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

namespace {

constexpr char const* create_text =
    "create table if not exists _diptych_text (one int primary key check (one = 1), file text not "
    "null, text text not null) strict";

result<std::optional<source>> read_text(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto tables, in.prepare("select 1 from sqlite_schema where name = '_diptych_text'")
    );
    DIPTYCH_TRY(auto const has_text, tables.step());
    if (!has_text) return std::optional<source>{};
    DIPTYCH_TRY(auto rows, in.prepare("select file, text from _diptych_text"));
    DIPTYCH_TRY(auto const there, rows.step());
    if (!there) return std::optional<source>{};
    return source{.file = std::string{rows.text(0)}, .text = std::string{rows.text(1)}};
}

}  // namespace

result<void> keep_text(sqlite::database const& in, source const& text) {
    DIPTYCH_TRY(auto const found, read_text(in));
    if (found && found->file == text.file && found->text == text.text) return {};
    DIPTYCH_TRY(auto whole, sqlite::transaction::begin(in));
    DIPTYCH_TRY(in.execute(create_text));
    DIPTYCH_TRY(auto save, in.prepare("insert or replace into _diptych_text values (1, ?1, ?2)"));
    DIPTYCH_TRY(save.bind(1, text.file).bind(2, text.text).run());
    return whole.commit();
}

result<std::optional<source>> text_in(sqlite::location const& file) {
    DIPTYCH_TRY(auto const there, file.disk().exists(file.path));
    if (!there) return fail(errc::not_found, "there is no file " + file.string());
    DIPTYCH_TRY(
        auto const opened, sqlite::database::open(file, {.mode = sqlite::open_mode::read_only})
    );
    return read_text(opened);
}

}  // namespace diptych::read
