/// @file
/// The SQLite file of a ledger: tables that a fold of records fills, and how far in the log it is.
///
/// Derived from the log, without fsync: what is missing after a crash is folded again, what belongs
/// to another log or to a line of history left behind is thrown away and built anew.
#pragma once

#include "log/sequenced_log.hpp"
#include "sqlite/database.hpp"
#include "sqlite/statements.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <string_view>

namespace diptych::write {

/// See the file comment. Not thread-safe.
class ledger_file {
public:
    /// Opens the file, or creates it with these tables: ":memory:" is allowed. Other tables are
    /// another file. Fails as the disk does.
    static result<ledger_file> open(
        sqlite::location const& file, log::sequenced_log const& log, std::string_view tables
    );

    /// Whether the file is what is wrong: it is to be removed, and made anew.
    static bool is_damage(error const& what);

    /// The records up to here are in.
    token at() const { return at_; }

    /// Inputs up to here have been looked at.
    position passed() const { return passed_; }

    /// Whether it can not be trusted any more and must be opened anew.
    bool is_lost() const { return database_.is_distrusted(); }

    /// A statement, ready to bind; `sql` is a literal.
    result<sqlite::statement*> sql(std::string_view text) {
        return statements_.get(database_, text);
    }

    std::int64_t changes() const { return database_.changes(); }

    result<sqlite::transaction> begin() const { return sqlite::transaction::begin(database_); }

    /// Writes the checkpoint and commits.
    result<void> commit(
        sqlite::transaction& with, token at, position passed, log::sequenced_log const& log
    );

private:
    static result<ledger_file> open_as_it_is(
        sqlite::location const& file, log::sequenced_log const& log, std::string_view tables
    );
    result<void> lay_out(std::string_view tables);
    result<bool> read_checkpoint(log::sequenced_log const& log, std::string_view tables);

    sqlite::database database_;
    sqlite::statements statements_;
    token at_ = {};
    position passed_{};
};

}  // namespace diptych::write
