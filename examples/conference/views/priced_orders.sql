-- What an order costs, line by line, and where its seats are assigned once it is confirmed.
-- @view priced_orders  async
create table priced_orders (
  order_id          text primary key,
  conference_id     text not null,
  assignments_id    text,
  discount          decimal(2),
  total             decimal(2),
  is_free_of_charge boolean,
  expires_at        timestamp not null,
  version           integer not null,
  lines             json not null
);

-- @on order_placed
insert into priced_orders (order_id, conference_id, expires_at, version, lines)
values (:order, :conference, :expires_at, :$version, '[]');

-- @on order_totals_calculated
update priced_orders
set discount = :discount, total = :total, is_free_of_charge = :is_free_of_charge, lines = :lines, version = :$version
where order_id = :order;

-- @on order_updated, order_partially_reserved, order_reservation_completed, order_registrant_assigned, order_expired, order_confirmed
update priced_orders set version = :$version where order_id = :order;

-- @on seat_assignments_created
update priced_orders set assignments_id = :assignments where order_id = :order;

-- @given an order that is priced, reserved and confirmed
-- {"type": "order_placed", "stream": "order-o1", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_totals_calculated", "stream": "order-o1", "data": {"order": "o1", "lines": [{"seat_type": "full", "description": "Full", "unit_price": "100.50", "quantity": 2, "line_total": "201.00"}], "discount": "0.50", "total": "200.50", "is_free_of_charge": false}}
-- {"type": "order_reservation_completed", "stream": "order-o1", "data": {"order": "o1", "revision": 1, "lines": []}}
-- {"type": "order_confirmed", "stream": "order-o1", "data": {"order": "o1"}}
-- {"type": "seat_assignments_created", "stream": "seat_assignments-o1-seats", "data": {"assignments": "o1-seats", "order": "o1", "seats": []}}
-- @expect
-- {"order_id": "o1", "assignments_id": "o1-seats", "discount": 0.50, "total": 200.50, "is_free_of_charge": false, "expires_at": "2026-01-01T00:15:00Z", "version": 4, "lines": [{"seat_type": "full", "description": "Full", "unit_price": "100.50", "quantity": 2, "line_total": "201.00"}]}
