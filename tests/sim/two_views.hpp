/// @file
/// A view of each kind, for a node whose disk fails.
#pragma once

#include "app/node.hpp"

#include <vector>

namespace diptych::sim {

inline constexpr auto follows = R"sql(
-- @view rows async
-- @event came (n integer)
create table rows (position integer primary key, n integer not null);
-- @on came
insert into rows (position, n) values (:$position, :n);
-- @serve filter n sort position
)sql";

inline constexpr auto takes_part = R"sql(
-- @view counts inline
-- @event came (n integer)
create table counts (stream text primary key, events integer not null);
-- @on came
insert into counts (stream, events) values (:$stream, 1)
on conflict (stream) do update set events = events + 1;
)sql";

inline std::vector<app::view_text> two_views() {
    return {{"rows.sql", follows}, {"counts.sql", takes_part}};
}

}  // namespace diptych::sim
