-- @view v
create table v (id text primary key, n integer, s text, d decimal(2));
create table w (k text not null, i integer not null, primary key (k, i));
-- @event e (id text, n integer)
-- @on e
update v set n = :n where n > :n and s = :id;
delete from v;
-- @scan -- few
insert into v (id, n) select k, max(i) from w group by k;
delete from v where id in (select k from w where i = :n);
-- @given
-- @expect w none
