-- What a registrant has asked for and got so far, and by which address and code it is found again.
-- @view draft_orders  async
create table draft_orders (
  order_id         text primary key,
  conference_id    text not null,
  state            text not null,
  expires_at       timestamp not null,
  order_version    integer not null,
  revision         integer not null,
  registrant_email text,
  first_name       text,
  last_name        text,
  access_code      text not null,
  lines            json not null
);
create index by_code on draft_orders (access_code);
create index by_registrant on draft_orders (registrant_email);
create index by_conference on draft_orders (conference_id, state);

-- @on order_placed
insert into draft_orders (order_id, conference_id, state, expires_at, order_version, revision, access_code, lines)
values (:order, :conference, 'pending_reservation', :expires_at, :$version, :revision, :access_code, :lines);

-- @on order_updated
update draft_orders set state = 'pending_reservation', revision = :revision, lines = :lines, order_version = :$version
where order_id = :order;

-- @on order_partially_reserved
update draft_orders set state = 'partially_reserved', lines = :lines, order_version = :$version where order_id = :order;

-- @on order_reservation_completed
update draft_orders set state = 'reservation_completed', lines = :lines, order_version = :$version
where order_id = :order;

-- @on order_registrant_assigned
update draft_orders
set registrant_email = :email, first_name = :first_name, last_name = :last_name, order_version = :$version
where order_id = :order;

-- @on order_expired
update draft_orders set state = 'expired', order_version = :$version where order_id = :order;

-- @on order_confirmed
update draft_orders set state = 'confirmed', order_version = :$version where order_id = :order;

-- @serve filter conference_id, registrant_email, access_code

-- @given an order that gets a part, is changed, and confirmed under the old name of that event
-- {"type": "order_placed", "stream": "order-o1", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [{"seat_type": "full", "name": "Full", "unit_price": "100.50", "requested": 3, "reserved": 0}], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_registrant_assigned", "stream": "order-o1", "data": {"order": "o1", "first_name": "Ada", "last_name": "Byron", "email": "ada@x"}}
-- {"type": "order_partially_reserved", "stream": "order-o1", "data": {"order": "o1", "revision": 1, "lines": [{"seat_type": "full", "name": "Full", "unit_price": "100.50", "requested": 3, "reserved": 2}]}}
-- @expect
-- {"order_id": "o1", "conference_id": "c1", "state": "partially_reserved", "expires_at": "2026-01-01T00:15:00Z", "order_version": 3, "revision": 1, "registrant_email": "ada@x", "access_code": "ABCDEF", "lines": [{"seat_type": "full", "name": "Full", "unit_price": "100.50", "requested": 3, "reserved": 2}]}

-- @given an order that was confirmed under the old name of that event, and one that has expired
-- {"type": "order_placed", "stream": "order-o1", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_updated", "stream": "order-o1", "data": {"order": "o1", "revision": 2, "lines": []}}
-- {"type": "order_reservation_completed", "stream": "order-o1", "data": {"order": "o1", "revision": 2, "lines": []}}
-- {"type": "registration.order_payment_confirmed", "stream": "order-o1", "data": {"order": "o1"}}
-- {"type": "order_placed", "stream": "order-o2", "data": {"order": "o2", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEG"}}
-- {"type": "order_expired", "stream": "order-o2", "data": {"order": "o2", "promotion": null}}
-- @expect
-- {"order_id": "o1", "state": "confirmed", "order_version": 4, "revision": 2}
-- {"order_id": "o2", "state": "expired", "order_version": 2}
