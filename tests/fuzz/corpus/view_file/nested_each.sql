-- @view options
create table options (sku text not null, line integer not null, option text not null, size text, primary key (sku, line, option));
-- @event placed (lines json, sizes json)
-- @on placed
-- @each :lines as :line
-- @each :line.options as :option
-- @each :sizes as :size
insert into options (sku, line, option, size) values (:line.sku, :$index, :option.name, :size);
-- @given
-- {"type": "placed", "data": {"sizes": ["s"], "lines": [{"sku": "a", "options": [{"name": "red"}]}]}}
-- @expect
-- {"sku": "a"}
