-- What a conference sells, and how much of it is left. Who asks sees from the version of the seats how old that is.
-- @view seat_types  async
create table seat_types (
  conference_id              text not null,
  seat_type_id               text not null,
  name                       text not null default '',
  description                text not null default '',
  price                      decimal(2) not null default 0,
  quantity                   integer not null default 0,
  remaining                  integer not null default 0,
  available_quantity         integer not null default 0,
  seats_availability_version integer not null default -1,
  primary key (conference_id, seat_type_id)
);

-- @on management.seat_created, management.seat_updated
insert into seat_types (conference_id, seat_type_id, name, description, price, quantity)
values (:conference, :seat_type, :name, :description, :price, :quantity)
on conflict (conference_id, seat_type_id) do update
set name = excluded.name, description = excluded.description, price = excluded.price, quantity = excluded.quantity;

-- @on available_seats_changed
-- @each :seats as :seat
insert into seat_types (conference_id, seat_type_id, remaining, available_quantity, seats_availability_version)
values (:conference, :seat.seat_type, :seat.quantity, max(:seat.quantity, 0), :$version)
on conflict (conference_id, seat_type_id) do update
set remaining = remaining + :seat.quantity, available_quantity = max(remaining + :seat.quantity, 0),
    seats_availability_version = :$version;

-- @on seats_reserved, seats_reservation_cancelled
-- @each :changes as :change
update seat_types
set remaining = remaining + :change.quantity, available_quantity = max(remaining + :change.quantity, 0),
    seats_availability_version = :$version
where conference_id = :conference and seat_type_id = :change.seat_type;

-- @serve filter conference_id

-- @given seats that are announced, delivered, reserved, given back and cut
-- {"type": "management.seat_created", "stream": "conference-c1", "data": {"conference": "c1", "seat_type": "full", "name": "Full", "description": "", "quantity": 10, "price": "100.50"}}
-- {"type": "management.seat_created", "stream": "conference-c1", "data": {"conference": "c1", "seat_type": "day", "name": "Day", "description": "", "quantity": 5, "price": "10.00"}}
-- {"type": "available_seats_changed", "stream": "conference-c1", "data": {"conference": "c1", "supply": "s1", "seats": [{"seat_type": "full", "quantity": 10}]}}
-- {"type": "seats_reserved", "stream": "conference-c1", "data": {"conference": "c1", "reservation": "o1", "request": 1, "granted": [{"seat_type": "full", "quantity": 9}], "changes": [{"seat_type": "full", "quantity": -9}]}}
-- {"type": "seats_reservation_cancelled", "stream": "conference-c1", "data": {"conference": "c1", "reservation": "o1", "changes": [{"seat_type": "full", "quantity": 4}]}}
-- {"type": "available_seats_changed", "stream": "conference-c1", "data": {"conference": "c1", "supply": "s2", "seats": [{"seat_type": "full", "quantity": -7}]}}
-- @expect
-- {"conference_id": "c1", "seat_type_id": "full", "name": "Full", "price": 100.50, "quantity": 10, "remaining": -2, "available_quantity": 0, "seats_availability_version": 6}
-- {"conference_id": "c1", "seat_type_id": "day", "price": 10.00, "quantity": 5, "remaining": 0, "available_quantity": 0, "seats_availability_version": -1}

-- @given seats that are delivered before they are announced
-- {"type": "available_seats_changed", "stream": "conference-c1", "data": {"conference": "c1", "supply": "s1", "seats": [{"seat_type": "full", "quantity": 10}]}}
-- {"type": "management.seat_created", "stream": "conference-c1", "data": {"conference": "c1", "seat_type": "full", "name": "Full", "description": "", "quantity": 10, "price": "100.50"}}
-- @expect
-- {"conference_id": "c1", "seat_type_id": "full", "name": "Full", "quantity": 10, "available_quantity": 10, "seats_availability_version": 1}
