/// @file
/// An inline view's part in the commit step: a savepoint for each append, one commit for a group.
#pragma once

#include "log/inline_view.hpp"
#include "read/projection.hpp"
#include "read/view_database.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace diptych::read {

/// Called by the commit step while attached, and by whoever catches it up while it is not: never by
/// both, since it is detached before one goes on to the other.
class inline_projection : public log::inline_view {
public:
    /// `moved` is called after each commit, on the commit step's thread, with the new checkpoint.
    inline_projection(
        std::string name,
        std::shared_ptr<view_database> into,
        std::shared_ptr<projection> with,
        std::function<void(token const&)> moved
    );

    std::string_view name() const override { return name_; }
    result<void> apply(std::span<recorded_event const> events) override;
    void keep() override;
    void drop() override;
    result<void> commit(log::log_end const& checkpoint) override;
    void abandon() override;

    /// How far its rows are, also where groups without events of its types were not written down.
    checkpoint const& reached() const { return reached_; }

private:
    result<void> open_savepoint();
    bool wants(std::span<recorded_event const> events) const;

    std::string name_;
    std::shared_ptr<view_database> into_;
    std::shared_ptr<projection> with_;
    std::function<void(token const&)> moved_;
    sqlite::statement savepoint_;
    sqlite::statement release_;
    sqlite::statement back_;
    checkpoint reached_;
    bool is_open_ = false;  // a transaction holds rows of this group
    bool has_savepoint_ = false;
    bool broken_ = false;  // SQLite has given up the transaction: rows of this group are missing
};

}  // namespace diptych::read
