/// @file
/// Statements of one connection, each prepared when it is first asked for.
#pragma once

#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <map>
#include <string_view>

namespace diptych::sqlite {

/// Not thread-safe. The database must outlive it; both may be moved.
class statements {
public:
    /// The statement, reset. The text must live as long as this: a literal. Valid until it is asked
    /// for again. Fails as database::prepare does.
    result<statement*> get(database const& in, std::string_view sql) {
        auto found = prepared_.find(sql);
        if (found == prepared_.end()) {
            auto made = in.prepare(sql);
            if (!made) return std::unexpected(std::move(made).error());
            found = prepared_.emplace(sql, *std::move(made)).first;
        }
        found->second.reset();
        return &found->second;
    }

    /// Forgets all of them.
    void clear() { prepared_.clear(); }

private:
    std::map<std::string_view, statement> prepared_;
};

}  // namespace diptych::sqlite
