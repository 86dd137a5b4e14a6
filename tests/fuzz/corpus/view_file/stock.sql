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
