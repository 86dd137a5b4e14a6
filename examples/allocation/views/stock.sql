-- What was bought, and what of it is still free.
-- @view stock  async
create table stock (
  batchref  text primary key,
  sku       text not null,
  eta       text,
  quantity  integer not null,
  available integer not null
);
create index by_sku on stock (sku, eta);

-- @on batch_created
insert into stock (batchref, sku, eta, quantity, available)
values (:batch, :product, :eta, :quantity, :quantity);

-- @on batch_quantity_changed
update stock set available = available + :quantity - quantity, quantity = :quantity
where batchref = :batch;

-- @on allocated
update stock set available = available - :quantity where batchref = :batch;

-- @on deallocated
update stock set available = available + :quantity where batchref = :batch;

-- @serve filter sku, batchref  sort eta

-- @given a batch of which an order takes a part, and a batch that turns out smaller
-- {"type": "batch_created", "data": {"batch": "b1", "product": "lamp", "quantity": 20, "eta": "2026-03-01"}}
-- {"type": "batch_created", "data": {"batch": "b2", "product": "lamp", "quantity": 20}}
-- {"type": "allocated", "data": {"order": "o1", "product": "lamp", "batch": "b1", "quantity": 12}}
-- {"type": "deallocated", "data": {"order": "o1", "product": "lamp", "batch": "b1", "quantity": 2}}
-- {"type": "batch_quantity_changed", "data": {"batch": "b2", "product": "lamp", "quantity": 5}}
-- @expect exactly
-- {"batchref": "b1", "sku": "lamp", "eta": "2026-03-01", "quantity": 20, "available": 10}
-- {"batchref": "b2", "sku": "lamp", "quantity": 5, "available": 5}
