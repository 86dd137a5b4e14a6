-- Every payment and what became of it.
-- @view payments  async
create table payments (
  payment_id   text primary key,
  order_id     text not null,
  description  text not null,
  amount       decimal(2) not null,
  state        text not null,
  initiated_at timestamp not null,
  changed_at   timestamp not null
);
create index by_order on payments (order_id);

-- @on payment_initiated
insert into payments (payment_id, order_id, description, amount, state, initiated_at, changed_at)
values (:payment, :order, :description, :amount, 'initiated', :$recorded_at, :$recorded_at);

-- @on payments.payment_completed
update payments set state = 'completed', changed_at = :$recorded_at where payment_id = :payment;

-- @on payment_rejected
update payments set state = 'rejected', changed_at = :$recorded_at where payment_id = :payment;

-- @on payment_refund_due
update payments set state = 'refund_due', changed_at = :$recorded_at where payment_id = :payment;

-- @on payment_refunded
update payments set state = 'refunded', changed_at = :$recorded_at where payment_id = :payment;

-- @serve filter order_id

-- @given one payment of each end
-- {"type": "payment_initiated", "data": {"payment": "p1", "order": "o1", "description": "Seats", "amount": "12.50"}}
-- {"type": "payment_initiated", "data": {"payment": "p2", "order": "o1", "description": "Seats", "amount": "12.50"}}
-- {"type": "payment_initiated", "data": {"payment": "p3", "order": "o1", "description": "Seats", "amount": "12.50"}}
-- {"type": "payment_initiated", "data": {"payment": "p4", "order": "o1", "description": "Seats", "amount": "12.50"}}
-- {"type": "payments.payment_completed", "data": {"payment": "p1", "order": "o1", "amount": "12.50"}}
-- {"type": "payments.payment_completed", "data": {"payment": "p3", "order": "o1", "amount": "12.50"}}
-- {"type": "payments.payment_completed", "data": {"payment": "p4", "order": "o1", "amount": "12.50"}}
-- {"type": "payment_rejected", "data": {"payment": "p2", "order": "o1"}}
-- {"type": "payment_refund_due", "data": {"payment": "p3", "order": "o1", "amount": "12.50", "reason": "late"}}
-- {"type": "payment_refund_due", "data": {"payment": "p4", "order": "o1", "amount": "12.50", "reason": "late"}}
-- {"type": "payment_refunded", "data": {"payment": "p4", "order": "o1", "amount": "12.50"}}
-- @expect
-- {"payment_id": "p1", "order_id": "o1", "amount": 12.50, "state": "completed"}
-- {"payment_id": "p2", "state": "rejected"}
-- {"payment_id": "p3", "state": "refund_due"}
-- {"payment_id": "p4", "state": "refunded", "initiated_at": "2026-01-01T00:00:03Z", "changed_at": "2026-01-01T00:00:10Z"}
