-- Who sits on the seats of a confirmed order.
-- @view order_seats  async
create table order_seats (
  assignments_id text primary key,
  order_id       text not null,
  seats          json not null
);
create unique index by_order on order_seats (order_id);

-- @on seat_assignments_created
insert into order_seats (assignments_id, order_id, seats) values (:assignments, :order, :seats);

-- @on seat_assigned, seat_assignment_updated
update order_seats set seats = json_set(seats, '$[' || :position || '].attendee', json(:who))
where assignments_id = :assignments;

-- @on seat_unassigned
update order_seats set seats = json_remove(seats, '$[' || :position || '].attendee')
where assignments_id = :assignments;

-- @serve filter order_id

-- @given two seats, of which one changes hands and the other is given up
-- {"type": "seat_assignments_created", "data": {"assignments": "o1-seats", "order": "o1", "seats": [{"position": 0, "seat_type": "full", "seat_name": "Full"}, {"position": 1, "seat_type": "full", "seat_name": "Full"}]}}
-- {"type": "seat_assigned", "data": {"assignments": "o1-seats", "position": 0, "who": {"first_name": "Bob", "last_name": "B", "email": "bob@x"}}}
-- {"type": "seat_assigned", "data": {"assignments": "o1-seats", "position": 1, "who": {"first_name": "Ada", "last_name": "B", "email": "ada@x"}}}
-- {"type": "seat_assignment_updated", "data": {"assignments": "o1-seats", "position": 1, "who": {"first_name": "Augusta", "last_name": "B", "email": "ada@x"}}}
-- {"type": "seat_unassigned", "data": {"assignments": "o1-seats", "position": 0}}
-- @expect
-- {"assignments_id": "o1-seats", "order_id": "o1", "seats": [{"position": 0, "seat_type": "full", "seat_name": "Full"}, {"position": 1, "seat_type": "full", "seat_name": "Full", "attendee": {"first_name": "Augusta", "last_name": "B", "email": "ada@x"}}]}
