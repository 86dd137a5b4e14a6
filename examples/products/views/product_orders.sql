-- The catalogue in normal form: orders.
-- @view product_orders  inline
create table product_orders (
  order_id text primary key,
  product  text not null,
  amount   integer not null
);
create index by_product on product_orders (product, order_id);

-- @on order_completed
insert into product_orders (order_id, product, amount) values (:order, :product, :amount);

-- @serve filter product  sort product
