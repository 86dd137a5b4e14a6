/// @file
/// View files that several tests read.
#pragma once

namespace diptych::read::examples {

inline constexpr char const* order_history = R"sql(
-- @view order_history  async
create table order_history (
  order_id    text primary key,
  consumer_id text not null,
  status      text not null,
  delivery_id text,
  created_at  timestamp not null
);                                       -- portable types only
create index by_consumer on order_history (consumer_id, created_at);
create index by_delivery on order_history (delivery_id);

-- @event order_created (order text, consumer text)
-- @event delivery_created (delivery text, order text)
-- @event delivery_picked_up (delivery text)   -- not the order
-- @on order_created
insert into order_history (order_id, consumer_id, status, created_at)
values (:order, :consumer, 'APPROVAL_PENDING', :$recorded_at);

-- @on delivery_created
update order_history set delivery_id = :delivery where order_id = :order;

-- @on delivery_picked_up                -- carries only the delivery's id: a foreign key
update order_history set status = 'PICKED_UP' where delivery_id = :delivery;

-- @serve filter consumer_id, status  sort created_at
)sql";

/// As in the allocation example, for events that contexts or `@event` lines declare.
inline constexpr char const* allocations = R"sql(
-- @view allocations inline
create table allocations (
  order_id text not null,
  sku      text not null,
  batch    text not null,
  quantity integer not null,
  primary key (order_id, sku)
);
-- @event allocated (order text, sku text, batch text, quantity integer)
-- @event deallocated (order text, sku text)
-- @on allocated
insert into allocations values (:order, :sku, :batch, :quantity)
on conflict (order_id, sku) do update set batch = excluded.batch, quantity = excluded.quantity;
-- @on deallocated
delete from allocations where order_id = :order and sku = :sku;
-- @serve filter sku, batch sort batch limit 500
)sql";

/// Counts: an event applied twice, or not at all, shows.
inline constexpr char const* counter = R"sql(
-- @view counter
create table counter (name text primary key, n integer not null, last integer not null);
-- @event counted (name text)
-- @on counted
insert into counter values (:name, 1, :$position)
on conflict (name) do update set n = n + 1, last = :$position;
)sql";

}  // namespace diptych::read::examples
