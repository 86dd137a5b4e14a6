-- The orders of consumers, as a service for delivering food shows them: one row for each order, put together from the events of
-- three other services. Which of them comes first does not matter: the inbox holds back what refers to something unknown.
-- @view order_history
-- @park
-- @key :order_id, :delivery_id
create table order_history (
  order_id         text primary key,
  consumer_id      text not null,
  status           text not null,
  ticket_status    text,
  delivery_status  text,
  restaurant_id    text,
  restaurant_name  text,
  line_items       json not null,
  order_total      json,
  delivery_address json,
  created_at       timestamp not null,
  states           json not null,
  ticket_states    json not null,
  deliveries       json not null,
  keywords         text not null
);
create index by_consumer on order_history (consumer_id, created_at desc, order_id);

-- Which order a delivery belongs to: most of its events say only which delivery they are about.
create table order_deliveries (
  delivery_id text primary key,
  order_id    text not null
);

-- @event order_created (order_id text, consumer_id text, restaurant_id text, restaurant_name text, line_items json, order_total json, delivery_address json)
-- @on order_created
insert into order_history (order_id, consumer_id, status, restaurant_id, restaurant_name, line_items, order_total,
                           delivery_address, created_at, states, ticket_states, deliveries, keywords)
values (:order_id, :consumer_id, 'APPROVAL_PENDING', :restaurant_id, :restaurant_name, coalesce(:line_items, json_array()), :order_total,
        :delivery_address, coalesce(:$metadata.occurred_at, :$recorded_at),
        json_array(json_object('state', 'APPROVAL_PENDING', 'at', :$metadata.occurred_at)), json_array(), json_object(),
        coalesce(:restaurant_name, ''));
-- @each :line_items as :line
update order_history set keywords = keywords || ' ' || :line.name where order_id = :order_id;

-- @event order_authorized (order_id text)
-- @on order_authorized
update order_history
set status = 'APPROVED',
    states = json_insert(states, '$[#]', json_object('state', 'APPROVED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event order_rejected (order_id text)
-- @on order_rejected
update order_history
set status = 'REJECTED',
    states = json_insert(states, '$[#]', json_object('state', 'REJECTED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event order_cancelled (order_id text)
-- @on order_cancelled
update order_history
set status = 'CANCELLED',
    states = json_insert(states, '$[#]', json_object('state', 'CANCELLED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- A revision keeps what was: the lines and the total of before stand with the state that it made.
-- @event order_revised (order_id text, line_items json, order_total json)
-- @on order_revised
update order_history
set states = json_insert(states, '$[#]', json_object('state', 'REVISED', 'at', :$metadata.occurred_at,
                                                     'line_items_before', json(line_items))),
    line_items = coalesce(:line_items, line_items),
    order_total = coalesce(:order_total, order_total),
    keywords = case when :line_items is null then keywords else coalesce(restaurant_name, '') end
where order_id = :order_id;
-- @each :line_items as :line
update order_history set keywords = keywords || ' ' || :line.name where order_id = :order_id;

-- @event ticket_created (order_id text)
-- @on ticket_created
update order_history
set ticket_status = 'CREATED',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'CREATED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event ticket_accepted (order_id text, ready_by timestamp)
-- @on ticket_accepted
update order_history
set ticket_status = 'ACCEPTED',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'ACCEPTED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event ticket_preparation_started (order_id text)
-- @on ticket_preparation_started
update order_history
set ticket_status = 'PREPARING',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'PREPARING', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event ticket_preparation_completed (order_id text)
-- @on ticket_preparation_completed
update order_history
set ticket_status = 'READY_FOR_PICKUP',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'READY_FOR_PICKUP', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event ticket_picked_up (order_id text)
-- @on ticket_picked_up
update order_history
set ticket_status = 'PICKED_UP',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'PICKED_UP', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event ticket_cancelled (order_id text)
-- @on ticket_cancelled
update order_history
set ticket_status = 'CANCELLED',
    ticket_states = json_insert(ticket_states, '$[#]', json_object('state', 'CANCELLED', 'at', :$metadata.occurred_at))
where order_id = :order_id;

-- @event delivery_created (delivery_id text, order_id text)
-- @on delivery_created
insert into order_deliveries (delivery_id, order_id) values (:delivery_id, :order_id);
update order_history
set delivery_status = 'CREATED',
    deliveries = json_patch(deliveries, json_object(:delivery_id, json_object('status', 'CREATED', 'created_at', :$metadata.occurred_at)))
where order_id = :order_id;

-- @event delivery_picked_up (delivery_id text)
-- @on delivery_picked_up
update order_history
set delivery_status = 'PICKED_UP',
    deliveries = json_patch(deliveries, json_object(:delivery_id, json_object('status', 'PICKED_UP', 'picked_up_at', :$metadata.occurred_at)))
where order_id = (select order_id from order_deliveries where delivery_id = :delivery_id);

-- @event delivery_delivered (delivery_id text)
-- @on delivery_delivered
update order_history
set delivery_status = 'DELIVERED',
    deliveries = json_patch(deliveries, json_object(:delivery_id, json_object('status', 'DELIVERED', 'delivered_at', :$metadata.occurred_at)))
where order_id = (select order_id from order_deliveries where delivery_id = :delivery_id);

-- @serve filter consumer_id, status, created_at  sort created_at  search keywords

-- @given an order with two deliveries, of which one is brought
-- {"type": "order_created", "data": {"order_id": "o1", "consumer_id": "c1", "restaurant_id": "r1", "restaurant_name": "Ajanta", "line_items": [{"menu_item_id": "m1", "name": "Chicken Vindaloo", "price": 12.5, "quantity": 2}], "order_total": 25, "delivery_address": {"city": "Bonn"}}, "metadata": {"occurred_at": "2026-03-01T12:00:00Z"}}
-- {"type": "order_authorized", "data": {"order_id": "o1"}, "metadata": {"occurred_at": "2026-03-01T12:01:00Z"}}
-- {"type": "delivery_created", "data": {"delivery_id": "d1", "order_id": "o1"}, "metadata": {"occurred_at": "2026-03-01T12:02:00Z"}}
-- {"type": "delivery_created", "data": {"delivery_id": "d2", "order_id": "o1"}, "metadata": {"occurred_at": "2026-03-01T12:03:00Z"}}
-- {"type": "delivery_delivered", "data": {"delivery_id": "d1"}, "metadata": {"occurred_at": "2026-03-01T12:04:00Z"}}
-- @expect
-- {"order_id": "o1", "status": "APPROVED", "delivery_status": "DELIVERED", "order_total": 25, "keywords": "Ajanta Chicken Vindaloo", "deliveries": {"d1": {"status": "DELIVERED", "created_at": "2026-03-01T12:02:00Z", "delivered_at": "2026-03-01T12:04:00Z"}, "d2": {"status": "CREATED", "created_at": "2026-03-01T12:03:00Z"}}, "states": [{"state": "APPROVAL_PENDING", "at": "2026-03-01T12:00:00Z"}, {"state": "APPROVED", "at": "2026-03-01T12:01:00Z"}]}
