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
