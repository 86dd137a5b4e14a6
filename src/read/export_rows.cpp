#include "read/export_rows.hpp"

#include "log/sha256_stream.hpp"
#include "read/ended_replay.hpp"
#include "read/table_rows.hpp"
#include "read/view_database.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <string>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::uint64_t rows_between_looks = 1024;

}  // namespace

result<exported_rows> export_rows(
    sqlite::location const& file,
    std::function<result<void>(std::string_view text)> const& line,
    std::stop_token const& stop
) {
    DIPTYCH_TRY(
        auto const in, sqlite::database::open(file, {.mode = sqlite::open_mode::read_only})
    );
    DIPTYCH_TRY(in.execute("begin"));
    DIPTYCH_TRY(auto const is, read_checkpoint(in, file.path));
    exported_rows made{.at = is.at};
    log::sha256_stream hash;
    DIPTYCH_TRY(auto const tables, tables_of(in));
    for (auto const& table : tables) {
        DIPTYCH_TRY(auto const columns, columns_of(in, table));
        DIPTYCH_TRY(auto rows, table_rows::open(in, table, columns));
        while (!rows.is_at_end()) {
            if (made.rows % rows_between_looks == 0) {
                DIPTYCH_TRY(go_on(stop));
            }
            json::writer out;
            out.begin_object().member("table", table).raw_member("row", rows.as_json());
            auto text = std::move(out.end_object()).text();
            text += '\n';
            hash.add(text);
            if (line) {
                DIPTYCH_TRY(line(text));
            }
            ++made.rows;
            DIPTYCH_TRY(rows.next());
        }
    }
    made.hash = hash.end();
    return made;
}

}  // namespace diptych::read
