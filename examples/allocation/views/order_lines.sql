-- What became of each line that was ever ordered: allocated, out_of_stock, or between two batches.
-- @view order_lines  async
create table order_lines (
  order_id   text not null,
  sku        text not null,
  quantity   integer not null,
  state      text not null,
  batchref   text,
  changed_at timestamp not null,
  primary key (order_id, sku, quantity)
);
create index by_state on order_lines (state, sku);

-- @on allocated
insert into order_lines (order_id, sku, quantity, state, batchref, changed_at)
values (:order, :product, :quantity, 'allocated', :batch, :$recorded_at)
on conflict (order_id, sku, quantity) do update
set state = excluded.state, batchref = excluded.batchref, changed_at = excluded.changed_at;

-- @on deallocated
update order_lines set state = 'deallocated', batchref = null, changed_at = :$recorded_at
where order_id = :order and sku = :product and quantity = :quantity;

-- @on back_ordered
insert into order_lines (order_id, sku, quantity, state, changed_at)
values (:order, :product, :quantity, 'out_of_stock', :$recorded_at)
on conflict (order_id, sku, quantity) do update
set state = excluded.state, batchref = null, changed_at = excluded.changed_at;

-- @serve filter order_id, sku, state  sort changed_at

-- @given an order that one batch serves, and another that has to wait
-- {"type": "allocated", "data": {"order": "o1", "product": "lamp", "batch": "b1", "quantity": 10}}
-- {"type": "back_ordered", "data": {"order": "o2", "product": "lamp", "quantity": 5}}
-- @expect
-- {"order_id": "o1", "state": "allocated", "batchref": "b1", "changed_at": "2026-01-01T00:00:00Z"}
-- {"order_id": "o2", "state": "out_of_stock", "batchref": null, "changed_at": "2026-01-01T00:00:01Z"}
