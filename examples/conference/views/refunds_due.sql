-- Money that was taken and for which there are no seats: somebody has to pay it back, and then says so.
-- @view refunds_due  async
create table refunds_due (
  payment_id text primary key,
  order_id   text not null,
  amount     decimal(2) not null,
  reason     text not null,
  since      timestamp not null
);
create index by_order on refunds_due (order_id);
create index by_time on refunds_due (since);

-- @on payment_refund_due
insert into refunds_due (payment_id, order_id, amount, reason, since)
values (:payment, :order, :amount, :reason, :$recorded_at);

-- @on payment_refunded
delete from refunds_due where payment_id = :payment;

-- @serve filter order_id  sort since

-- @given two refunds, of which one is paid
-- {"type": "payment_refund_due", "data": {"payment": "p1", "order": "o1", "amount": "12.50", "reason": "late"}}
-- {"type": "payment_refund_due", "data": {"payment": "p2", "order": "o2", "amount": "7.00", "reason": "twice"}}
-- {"type": "payment_refunded", "data": {"payment": "p1", "order": "o1", "amount": "12.50"}}
-- @expect
-- {"payment_id": "p2", "order_id": "o2", "amount": 7.00, "reason": "twice", "since": "2026-01-01T00:00:01Z"}
