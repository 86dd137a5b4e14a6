#include "read/sandbox.hpp"

#include "read/search_sql.hpp"

#include <algorithm>
#include <array>
#include <sqlite3.h>
#include <string_view>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::array<std::string_view, 48> functions{
    "->",
    "->>",
    "abs",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "count",
    "floor",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "replace",
    "round",
    "rtrim",
    "sign",
    "substr",
    "substring",
    "sum",
    "trim",
    "upper",
};
static_assert(std::ranges::is_sorted(functions));

std::string_view text(char const* name) { return name == nullptr ? "" : name; }

}  // namespace

sandbox::sandbox(sqlite::database const& in, purpose what, std::set<std::string> tables)
    : in_(in), purpose_(what), tables_(std::move(tables)) {
    // Without this, a misspelt column in double quotes would be taken for a text.
    sqlite3_db_config(in.raw(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(in.raw(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_set_authorizer(in.raw(), &sandbox::ask, this);
}

sandbox::~sandbox() { sqlite3_set_authorizer(in_.raw(), nullptr, nullptr); }

int sandbox::ask(
    void* self, int action, char const* a, char const* b, char const*, char const* trigger
) {
    // Nobody but the engine makes triggers.
    if (text(trigger).starts_with(engine_prefix)) return SQLITE_OK;
    return static_cast<sandbox*>(self)->allows(action, text(a), text(b)) ? SQLITE_OK : SQLITE_DENY;
}

bool sandbox::allows(int action, std::string_view a, std::string_view b) {
    auto const is_own = tables_.contains(std::string{a});
    auto const creates = purpose_ == purpose::create_tables;
    switch (action) {
        case SQLITE_SELECT:
            return true;
        case SQLITE_FUNCTION:
            if (std::ranges::binary_search(functions, b)) return true;
            complaint_ = "function " + std::string{b} + "() is not among those a view may use";
            return false;
        case SQLITE_READ:
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
            if (is_own || (creates && a == "sqlite_master")) return true;
            complaint_ = "a view knows only its own tables, not '" + std::string{a} + "'";
            return false;
        case SQLITE_CREATE_TABLE:
            return creates && is_own;
        case SQLITE_CREATE_INDEX:
        case SQLITE_REINDEX:
            return creates;
        default:
            complaint_ = "that kind of statement is not allowed in a view";
            return false;
    }
}

}  // namespace diptych::read
