#include "sqlite/database.hpp"
#include "sqlite/failure.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <sqlite3.h>

namespace diptych::sqlite {

namespace {

// SQLite takes a null pointer for NULL, and an empty view may well have one.
char const* start_of(std::string_view bytes) { return bytes.data() ? bytes.data() : ""; }

void remember(int& fault, int code) {
    if (fault == SQLITE_OK) fault = code;
}

}  // namespace

void statement::finalize::operator()(sqlite3_stmt* what) const { sqlite3_finalize(what); }

statement& statement::bind(int at, std::int64_t value) {
    remember(bind_fault_, sqlite3_bind_int64(raw(), at, value));
    return *this;
}

statement& statement::bind(int at, double value) {
    remember(bind_fault_, sqlite3_bind_double(raw(), at, value));
    return *this;
}

statement& statement::bind(int at, std::string_view text) {
    auto const code =
        sqlite3_bind_text64(raw(), at, start_of(text), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    remember(bind_fault_, code);
    return *this;
}

statement& statement::bind_blob(int at, std::string_view bytes) {
    auto const code = sqlite3_bind_blob64(raw(), at, start_of(bytes), bytes.size(), SQLITE_STATIC);
    remember(bind_fault_, code);
    return *this;
}

statement& statement::bind_null(int at) {
    remember(bind_fault_, sqlite3_bind_null(raw(), at));
    return *this;
}

result<bool> statement::step() {
    DIPTYCH_ASSERT(raw() != nullptr, "a statement is prepared before it is run");
    if (bind_fault_ != SQLITE_OK) {
        auto failure = failure_of(sqlite3_db_handle(raw()), bind_fault_);
        reset();
        return failure;
    }
    auto const code = sqlite3_step(raw());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto failure = failure_of(sqlite3_db_handle(raw()), code);
    reset();
    return failure;
}

result<void> statement::run() {
    for (;;) {
        DIPTYCH_TRY(auto const is_row, step());
        if (!is_row) break;
    }
    reset();
    return {};
}

void statement::reset() {
    sqlite3_reset(raw());
    sqlite3_clear_bindings(raw());
    bind_fault_ = SQLITE_OK;
}

std::int64_t statement::integer(int column) const { return sqlite3_column_int64(raw(), column); }

double statement::real(int column) const { return sqlite3_column_double(raw(), column); }

std::string_view statement::text(int column) const {
    auto const* const bytes = reinterpret_cast<char const*>(sqlite3_column_text(raw(), column));
    if (!bytes) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw(), column))};
}

std::string_view statement::blob(int column) const {
    auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(raw(), column));
    if (!bytes) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw(), column))};
}

bool statement::is_null(int column) const {
    return sqlite3_column_type(raw(), column) == SQLITE_NULL;
}

int statement::column_count() const { return sqlite3_column_count(raw()); }

std::string_view statement::column_name(int column) const {
    auto const* const name = sqlite3_column_name(raw(), column);
    return name ? name : std::string_view{};
}

}  // namespace diptych::sqlite
