-- The orders of a conference as its organiser sees them: pending, paid, expired, or expired with money to pay back.
-- @view orders  async
create table orders (
  order_id      text primary key,
  conference_id text not null,
  state         text not null,
  first_name    text,
  last_name     text,
  email         text,
  access_code   text not null,
  total         decimal(2),
  seats         json not null,
  refunds_due   integer not null,
  placed_at     timestamp not null,
  changed_at    timestamp not null
);
create index by_conference on orders (conference_id, placed_at);
create index by_email on orders (email);
create index by_state on orders (state);

-- What is due for an order may be known before the order is.
create table due (
  payment_id text primary key,
  order_id   text not null
);
create index due_by_order on due (order_id);

-- @on order_placed
insert into orders (order_id, conference_id, state, access_code, seats, refunds_due, placed_at, changed_at)
values (:order, :conference, 'pending', :access_code, :lines, (select count(*) from due where order_id = :order),
        :$recorded_at, :$recorded_at);

-- @on order_updated, order_partially_reserved, order_reservation_completed
update orders set seats = :lines, changed_at = :$recorded_at where order_id = :order;

-- @on order_totals_calculated
update orders set total = :total, changed_at = :$recorded_at where order_id = :order;

-- @on order_registrant_assigned
update orders set first_name = :first_name, last_name = :last_name, email = :email, changed_at = :$recorded_at
where order_id = :order;

-- @on order_confirmed
update orders set state = 'paid', changed_at = :$recorded_at where order_id = :order;

-- @on order_expired
update orders
set state = case when refunds_due > 0 then 'refund_due' else 'expired' end, changed_at = :$recorded_at
where order_id = :order;

-- @on payment_refund_due
insert into due (payment_id, order_id) values (:payment, :order);
update orders
set refunds_due = refunds_due + 1, state = case when state = 'expired' then 'refund_due' else state end,
    changed_at = :$recorded_at
where order_id = :order;

-- @on payment_refunded
delete from due where payment_id = :payment;
update orders
set refunds_due = refunds_due - 1,
    state = case when state = 'refund_due' and refunds_due = 1 then 'expired' else state end,
    changed_at = :$recorded_at
where order_id = :order;

-- @serve filter conference_id, state, email

-- @given an order that expires, is paid late, and gets its money back; one that is paid, and twice
-- {"type": "order_placed", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_placed", "data": {"order": "o2", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEG"}}
-- {"type": "order_placed", "data": {"order": "o3", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEH"}}
-- {"type": "order_totals_calculated", "data": {"order": "o3", "lines": [], "discount": "0.00", "total": "12.50", "is_free_of_charge": false}}
-- {"type": "order_registrant_assigned", "data": {"order": "o3", "first_name": "Ada", "last_name": "Byron", "email": "ada@x"}}
-- {"type": "order_expired", "data": {"order": "o1", "promotion": null}}
-- {"type": "order_expired", "data": {"order": "o2", "promotion": null}}
-- {"type": "payment_refund_due", "data": {"payment": "p1", "order": "o1", "amount": "5.00", "reason": "late"}}
-- {"type": "payment_refund_due", "data": {"payment": "p2", "order": "o2", "amount": "5.00", "reason": "late"}}
-- {"type": "payment_refunded", "data": {"payment": "p2", "order": "o2", "amount": "5.00"}}
-- {"type": "order_confirmed", "data": {"order": "o3"}}
-- {"type": "payment_refund_due", "data": {"payment": "p3", "order": "o3", "amount": "5.00", "reason": "twice"}}
-- @expect
-- {"order_id": "o1", "state": "refund_due", "refunds_due": 1}
-- {"order_id": "o2", "state": "expired", "refunds_due": 0}
-- {"order_id": "o3", "state": "paid", "refunds_due": 1, "total": 12.50, "first_name": "Ada", "last_name": "Byron", "email": "ada@x", "placed_at": "2026-01-01T00:00:02Z", "changed_at": "2026-01-01T00:00:11Z"}

-- @given money that is due before the order expires
-- {"type": "order_placed", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "payment_refund_due", "data": {"payment": "p1", "order": "o1", "amount": "5.00", "reason": "too little"}}
-- {"type": "order_expired", "data": {"order": "o1", "promotion": null}}
-- @expect
-- {"order_id": "o1", "state": "refund_due", "refunds_due": 1}

-- @given money that is due before there is the order, then paid back, and due once more
-- {"type": "payment_refund_due", "data": {"payment": "p1", "order": "o1", "amount": "5.00", "reason": "no order"}}
-- {"type": "order_placed", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_placed", "data": {"order": "o2", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "payment_refund_due", "data": {"payment": "p2", "order": "o2", "amount": "5.00", "reason": "late"}}
-- {"type": "payment_refunded", "data": {"payment": "p1", "order": "o1", "amount": "5.00"}}
-- {"type": "payment_refund_due", "data": {"payment": "p3", "order": "o1", "amount": "5.00", "reason": "late"}}
-- @expect
-- {"order_id": "o1", "state": "pending", "refunds_due": 1}
-- {"order_id": "o2", "state": "pending", "refunds_due": 1}
