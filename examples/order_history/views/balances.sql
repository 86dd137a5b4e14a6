-- What accounts hold. Adding is not idempotent: an event that is applied twice shows.
-- @view balances
-- @park
-- @key :account_id
create table balances (
  account_id text primary key,
  balance    decimal(2) not null,
  changes    integer not null
);

-- @event account_credited (account_id text, amount decimal(2))
-- @on account_credited
insert into balances (account_id, balance, changes) values (:account_id, :amount, 1)
on conflict (account_id) do update set balance = balance + excluded.balance, changes = changes + 1;

-- @event account_debited (account_id text, amount decimal(2))
-- @on account_debited
insert into balances (account_id, balance, changes) values (:account_id, 0 - :amount, 1)
on conflict (account_id) do update set balance = balance + excluded.balance, changes = changes + 1;

-- @serve sort balance

-- @given money in and out
-- {"type": "account_credited", "data": {"account_id": "a1", "amount": 10.5}}
-- {"type": "account_debited", "data": {"account_id": "a1", "amount": 12}}
-- @expect exactly
-- {"account_id": "a1", "balance": -1.5, "changes": 2}
