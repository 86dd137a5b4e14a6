-- The catalogue in normal form: what the fields of products hold.
-- @view product_values  inline
create table product_values (
  product text not null,
  field   text not null,
  value   json not null,
  primary key (product, field)
);

-- @on field_value_changed
insert into product_values (product, field, value) values (:product, :field, :value)
on conflict (product, field) do update set value = excluded.value;

-- @serve filter product, field
