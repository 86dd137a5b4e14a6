-- @view items inline
create table items (
  id text, n integer not null default 7, r real, d decimal(2) default 1.50, b boolean default true,
  t timestamp, j json, x blob, check (n > 0 and length(id) < 9), unique (n, r), primary key (id)
);
create table other ("select" text primary key, total decimal(4) not null);
create unique index by_n on items (n desc) where b;
-- @event made (order text, lines json, price decimal(2), quantity integer, at timestamp)
-- @on made, changed
-- @each :lines as :line
insert into items (id, n, d, t, j) values (:line.sku, :$index, :price, :$recorded_at, :line)
on conflict (id) do update set n = n + 1, d = excluded.d;
update other set total = total + :price * :quantity where "select" = :order;
delete from items where id = :$metadata.user and n in (1, 2);
-- @serve filter n, b  sort t  limit 20
