-- Which batch serves each line of an order. One key lookup: no joins.
-- @view allocations  inline
create table allocations (
  order_id text not null,
  sku      text not null,
  batchref text not null,
  quantity integer not null,
  primary key (order_id, sku, quantity)
);

-- @on allocated
insert into allocations (order_id, sku, batchref, quantity)
values (:order, :product, :batch, :quantity);

-- @on deallocated
delete from allocations where order_id = :order and sku = :product and quantity = :quantity;

-- @serve filter order_id, sku, batchref

-- @given two lines, of which one is given up
-- {"type": "allocated", "data": {"order": "o1", "product": "lamp", "batch": "b1", "quantity": 10}}
-- {"type": "allocated", "data": {"order": "o1", "product": "table", "batch": "b2", "quantity": 1}}
-- {"type": "deallocated", "data": {"order": "o1", "product": "lamp", "batch": "b1", "quantity": 10}}
-- @expect
-- {"order_id": "o1", "sku": "table", "batchref": "b2"}
