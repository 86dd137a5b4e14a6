/// @file
/// What the SQL of a view file may do: read and change its own tables, with functions that always
/// give the same answer.
///
/// An allow-list, asked by SQLite itself while it prepares a statement. Plans are not judged here.
#pragma once

#include "sqlite/database.hpp"

#include <set>
#include <span>
#include <string>

namespace diptych::read {

/// While it lives, statements prepared on the connection are held against the allow-list. Not
/// thread-safe. Keeps a reference: the database must outlive it.
class sandbox {
public:
    enum class purpose { create_tables, change_rows };

    sandbox(sqlite::database const& in, purpose what, std::set<std::string> tables);
    sandbox(sandbox const&) = delete;
    sandbox& operator=(sandbox const&) = delete;
    ~sandbox();

    /// Says what was not allowed, once a statement has failed for that; else empty.
    std::string const& complaint() const { return complaint_; }

private:
    static int ask(
        void* self, int action, char const* a, char const* b, char const* in, char const* trigger
    );
    bool allows(int action, std::string_view a, std::string_view b);

    sqlite::database const& in_;
    purpose purpose_;
    std::set<std::string> tables_;
    std::string complaint_;
};

}  // namespace diptych::read
