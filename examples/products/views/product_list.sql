-- The catalogue in normal form, one view for each table: products. GET /store/products?... joins them while its flag says so.
-- @view product_list  inline
create table product_list (
  product  text primary key,
  name     text not null,
  category text not null
);
create index by_category on product_list (category, product);

-- @on product_added
insert into product_list (product, name, category) values (:product, :name, :category);

-- @serve filter category
