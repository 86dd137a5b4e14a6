-- The conferences that are sold now. What is known of the others waits beside them.
-- @view published_conferences  async
create table published_conferences (
  conference_id text primary key,
  slug          text not null,
  name          text not null,
  description   text not null,
  location      text not null,
  starts        text not null,
  ends          text not null
);
create unique index by_slug on published_conferences (slug);
create index by_start on published_conferences (starts, conference_id);

create table announcements (
  conference_id text primary key,
  slug          text not null,
  name          text not null,
  description   text not null,
  location      text not null,
  starts        text not null,
  ends          text not null
);

-- @on conference_created
insert into announcements (conference_id, slug, name, description, location, starts, ends)
values (:conference, :slug, :name, :description, :location, :starts, :ends);

-- @on conference_updated
update announcements
set name = :name, description = :description, location = :location, starts = :starts, ends = :ends
where conference_id = :conference;
update published_conferences
set name = :name, description = :description, location = :location, starts = :starts, ends = :ends
where conference_id = :conference;

-- @on management.conference_published
insert into published_conferences (conference_id, slug, name, description, location, starts, ends)
select conference_id, slug, name, description, location, starts, ends from announcements
where conference_id = :conference;

-- @on management.conference_unpublished
delete from published_conferences where conference_id = :conference;

-- @serve filter slug  sort starts

-- @given two conferences, of which one is published, and changed while it is
-- {"type": "conference_created", "data": {"conference": "c1", "slug": "days", "name": "Days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-03", "owner_name": "Ada", "owner_email": "ada@x", "access_code": "ABCDEF"}}
-- {"type": "conference_created", "data": {"conference": "c2", "slug": "weeks", "name": "Weeks", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-03", "owner_name": "Ada", "owner_email": "ada@x", "access_code": "ABCDEG"}}
-- {"type": "management.conference_published", "data": {"conference": "c1"}}
-- {"type": "conference_updated", "data": {"conference": "c1", "name": "More days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-04"}}
-- @expect
-- {"conference_id": "c1", "slug": "days", "name": "More days", "ends": "2026-09-04"}

-- @given a conference that was taken back, changed, and published once more
-- {"type": "conference_created", "data": {"conference": "c1", "slug": "days", "name": "Days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-03", "owner_name": "Ada", "owner_email": "ada@x", "access_code": "ABCDEF"}}
-- {"type": "management.conference_published", "data": {"conference": "c1"}}
-- {"type": "management.conference_unpublished", "data": {"conference": "c1"}}
-- {"type": "conference_updated", "data": {"conference": "c1", "name": "More days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-04"}}
-- {"type": "management.conference_published", "data": {"conference": "c1"}}
-- @expect
-- {"conference_id": "c1", "slug": "days", "name": "More days"}
