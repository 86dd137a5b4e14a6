/// @file
/// Read-only connections to a view's file, each used by one query at a time.
#pragma once

#include "read/parking_state.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::read {

/// A connection and the statements last prepared on it. Not thread-safe.
class view_reader {
public:
    static result<std::unique_ptr<view_reader>> open(sqlite::location const& file);

    /// A prepared statement, perhaps one from before, ready for parameters. Valid until the next
    /// call.
    result<sqlite::statement*> prepare(std::string const& sql);

    /// The position of the rows that a statement begun before end_snapshot() will see.
    result<token> begin_snapshot();
    /// What is parked there. Within a snapshot.
    result<parking_state> parked() const;
    void end_snapshot() { checkpoint_.reset(); }

    /// As sqlite::database::interrupt_when.
    void interrupt_when(std::function<bool()> is_enough) {
        connection_.interrupt_when(std::move(is_enough));
    }

private:
    sqlite::database connection_;
    sqlite::statement checkpoint_;
    std::list<std::pair<std::string, sqlite::statement>> prepared_;  // the last used one first
};

/// Thread-safe.
class reader_pool {
public:
    reader_pool(sqlite::location file, std::size_t connections_max)
        : file_(std::move(file)), connections_max_(connections_max) {}

    /// Comes back to the pool when it is destroyed. The pool must outlive it.
    class lease {
    public:
        lease(reader_pool& of, std::unique_ptr<view_reader> reader)
            : of_(&of), reader_(std::move(reader)) {}
        lease(lease&&) = default;
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (reader_) of_->give_back(std::move(reader_));
        }
        view_reader* operator->() { return reader_.get(); }
        view_reader& operator*() { return *reader_; }

    private:
        reader_pool* of_;
        std::unique_ptr<view_reader> reader_;
    };

    /// Fails with unavailable if all connections are in use.
    result<lease> borrow();

private:
    void give_back(std::unique_ptr<view_reader> reader);

    sqlite::location file_;
    std::size_t connections_max_;
    std::mutex mutex_;  // guards what follows
    std::vector<std::unique_ptr<view_reader>> idle_;
    std::size_t in_use_ = 0;
};

}  // namespace diptych::read
