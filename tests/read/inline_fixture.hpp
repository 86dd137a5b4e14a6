/// @file
/// An inline view of accounts, whose email and balance refuse, on a log in memory.
#pragma once

#include "read/log_fixture.hpp"

#include <filesystem>
#include <memory>

namespace diptych::read {

inline constexpr char const* accounts = R"sql(
-- @view accounts inline
create table accounts (
  id text primary key, email text not null unique, balance decimal(2) not null check (balance >= 0)
);
-- @event opened (id text, email text)
-- @event moved (id text, amount decimal(2))
-- @on opened
insert into accounts values (:id, :email, 0);
-- @on moved
update accounts set balance = balance + :amount where id = :id;
)sql";

struct inline_fixture : log_fixture {
    temporary_folder folder;
    std::unique_ptr<view_set> views;

    inline_fixture() { start(); }

    void start() {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time);
        views->add_text("accounts.sql", accounts).or_throw();
        views->start().or_throw();
    }

    std::filesystem::path database() const {
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() == ".db") return one.path();
        FAIL("no database");
        return {};
    }
};

}  // namespace diptych::read
