-- The catalogue in normal form: reviews.
-- @view product_reviews  inline
create table product_reviews (
  review  text primary key,
  product text not null,
  user    text not null,
  rating  integer not null
);
create index by_product on product_reviews (product, review);

-- @on review_added
insert into product_reviews (review, product, user, rating)
values (:review, :product, :user, :rating);

-- @serve filter product, user  sort product
