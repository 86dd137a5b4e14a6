-- @view order_history async
create table order_history (
  order_id text primary key, consumer_id text not null, status text not null, delivery_id text,
  total decimal(2), created_at timestamp not null, extra json
);
create index by_delivery on order_history (delivery_id);
-- @event order_created (order text, consumer text, total decimal(2), extra json)
-- @event delivery_created (delivery text, order text)
-- @event delivery_failed (reason text, items json)
-- @event picked_up (delivery text)
-- @on order_created
insert into order_history (order_id, consumer_id, status, total, created_at, extra)
values (:order, :consumer, 'PENDING', :total, :$recorded_at, :extra);
-- @on delivery_created
update order_history set delivery_id = :delivery where order_id = :order;
-- @on picked_up
update order_history set status = 'PICKED_UP' where delivery_id = :delivery;
-- @on delivery_failed, all_gone
-- @scan -- few are ever open
delete from order_history where status = 'PENDING';
-- @serve filter consumer_id, status sort created_at

-- @given an order on its way
-- {"type": "order_created", "data": {"order": "1", "consumer": "c1", "total": 12.5, "extra": {"a": 1}}}
-- an order that nobody delivers
-- {"type": "order_created", "data": {"order": "2", "consumer": "c1"}, "recorded_at": "2026-02-01"}
-- {"type": "delivery_created", "data": {"order": "1", "delivery": "d1"}}
-- {"type": "picked_up", "data": {"delivery": "d1"}}
-- @expect
-- {"order_id": "1", "status": "PICKED_UP", "total": 12.50, "created_at": "2026-01-01T00:00:00Z", "extra":{"a":1}}
-- {"order_id": "2", "status": "PENDING"}

-- @given
-- {"type": "picked_up", "data": {"delivery": "d1"}}
-- @expect none

-- @given wrong
-- {"type": "order_created", "data": {"order": "1", "consumer": "c1"}}
-- @expect exactly
-- {"order_id": "1", "status": "PICKED_UP", "consumer_id": "c1"}
-- {"order_id": "3", "status": "PICKED_UP", "consumer_id": "c1"}
