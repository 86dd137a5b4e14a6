-- The catalogue as a shop shows it: one row for each product, no joins.
-- @view products  inline
create table products (
  product      text primary key,
  name         text not null,
  category     text not null,
  order_amount integer not null,
  review       json not null,
  fields       json not null
);
create index by_category on products (category, product);
create index by_amount on products (order_amount desc, product);
create index by_count on products (review->>'count' desc, product);
create index by_average on products (review->>'average' desc, product);

-- @on product_added
insert into products (product, name, category, order_amount, review, fields)
values (:product, :name, :category, 0, json_object('average', 0.0, 'count', 0, 'sum', 0), json_object());

-- @on field_value_changed
update products set fields = json_patch(fields, json_object(:field, :value)) where product = :product;

-- @on order_completed
update products set order_amount = order_amount + :amount where product = :product;

-- @on review_added
update products
set review = json_object('average', (review->>'sum' + :rating) / (review->>'count' + 1.0),
                         'count', review->>'count' + 1, 'sum', review->>'sum' + :rating)
where product = :product;

-- @serve filter product, name, category, order_amount, review->>average, review->>count, fields->>*  sort order_amount, review->>average, review->>count

-- @given a product with values of both types, two reviews and two orders
-- {"type": "product_added", "data": {"product": "p1", "name": "Lamp", "category": "light"}}
-- {"type": "field_value_changed", "data": {"product": "p1", "field": "color", "value": "red"}}
-- {"type": "field_value_changed", "data": {"product": "p1", "field": "watts", "value": 40}}
-- {"type": "field_value_changed", "data": {"product": "p1", "field": "watts", "value": 60}}
-- {"type": "review_added", "data": {"review": "r1", "product": "p1", "user": "ada", "rating": 4}}
-- {"type": "review_added", "data": {"review": "r2", "product": "p1", "user": "bob", "rating": 5}}
-- {"type": "order_completed", "data": {"order": "o1", "product": "p1", "amount": 3}}
-- {"type": "order_completed", "data": {"order": "o2", "product": "p1", "amount": 2}}
-- @expect exactly
-- {"product": "p1", "name": "Lamp", "category": "light", "order_amount": 5, "review": {"average": 4.5, "count": 2, "sum": 9}, "fields": {"color": "red", "watts": 60}}
