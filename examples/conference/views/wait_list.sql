-- Who waits for seats, and since when; who has left, was called, or has placed the order without being called.
-- @view wait_list  async
create table wait_list (
  order_id      text primary key,
  conference_id text not null,
  email         text not null,
  seats         json not null,
  state         text not null,
  joined_at     timestamp not null
);
create index by_conference on wait_list (conference_id, state, joined_at);

-- @on wait_list_joined
insert into wait_list (order_id, conference_id, email, seats, state, joined_at)
values (:order, :conference, :email, :seats, 'waiting', :$recorded_at)
on conflict (order_id) do update
set conference_id = excluded.conference_id, email = excluded.email, seats = excluded.seats, state = 'waiting', joined_at = excluded.joined_at;

-- @on wait_list_left
update wait_list set state = 'left' where order_id = :order;

-- @on wait_list_called
update wait_list set state = 'called' where order_id = :order;

-- @on order_placed
update wait_list set state = 'placed' where order_id = :order and state = 'waiting';

-- @serve filter conference_id

-- @given four who wait, of whom one is called, one leaves, one leaves and comes to another conference, and one places the order
-- {"type": "wait_list_joined", "data": {"order": "o1", "conference": "c1", "email": "a@x", "seats": [{"seat_type": "full", "quantity": 2}]}}
-- {"type": "wait_list_joined", "data": {"order": "o2", "conference": "c1", "email": "b@x", "seats": []}}
-- {"type": "wait_list_joined", "data": {"order": "o3", "conference": "c1", "email": "c@x", "seats": []}}
-- {"type": "wait_list_joined", "data": {"order": "o4", "conference": "c1", "email": "d@x", "seats": []}}
-- {"type": "wait_list_called", "data": {"order": "o1", "conference": "c1", "seats": []}}
-- {"type": "wait_list_left", "data": {"order": "o2", "conference": "c1"}}
-- {"type": "wait_list_left", "data": {"order": "o3", "conference": "c1"}}
-- {"type": "wait_list_joined", "data": {"order": "o3", "conference": "c2", "email": "c@y", "seats": []}}
-- {"type": "order_placed", "data": {"order": "o1", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- {"type": "order_placed", "data": {"order": "o4", "conference": "c1", "revision": 1, "lines": [], "expires_at": "2026-01-01T00:15:00Z", "buffer": "PT14M", "access_code": "ABCDEF"}}
-- @expect
-- {"order_id": "o1", "conference_id": "c1", "email": "a@x", "seats": [{"seat_type": "full", "quantity": 2}], "state": "called", "joined_at": "2026-01-01T00:00:00Z"}
-- {"order_id": "o2", "state": "left"}
-- {"order_id": "o3", "conference_id": "c2", "state": "waiting", "email": "c@y", "joined_at": "2026-01-01T00:00:07Z"}
-- {"order_id": "o4", "state": "placed"}
