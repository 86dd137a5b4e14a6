-- Promotion codes, and how often each is in use.
-- @view promotions  async
create table promotions (
  promotion_id  text primary key,
  conference_id text not null,
  percent       integer not null,
  uses          integer not null,
  used          integer not null,
  until         timestamp
);
create index by_conference on promotions (conference_id);

-- @on promotion_created
insert into promotions (promotion_id, conference_id, percent, uses, used, until)
values (:promotion, :conference, :percent, :uses, 0, :until);

-- @on promotion_applied, order_reinstated
update promotions set used = used + 1 where promotion_id = :promotion;

-- @on order_expired
update promotions set used = used - 1 where promotion_id = :promotion;

-- @serve filter conference_id

-- @given a code that two orders use, one of which expires; another order has none
-- {"type": "promotion_created", "data": {"promotion": "HALF", "conference": "c1", "percent": 50, "uses": 10, "until": null}}
-- {"type": "promotion_applied", "data": {"order": "o1", "promotion": "HALF", "percent": 50}}
-- {"type": "promotion_applied", "data": {"order": "o2", "promotion": "HALF", "percent": 50}}
-- {"type": "order_expired", "data": {"order": "o1", "promotion": "HALF"}}
-- {"type": "order_expired", "data": {"order": "o3", "promotion": null}}
-- @expect exactly
-- {"promotion_id": "HALF", "conference_id": "c1", "percent": 50, "uses": 10, "used": 1}
