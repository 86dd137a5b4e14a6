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
