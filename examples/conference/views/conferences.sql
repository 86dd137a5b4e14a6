-- Every conference as its organiser sees it, published or not, with the code that lets him in.
-- @view conferences  async
create table conferences (
  conference_id text primary key,
  slug          text not null,
  name          text not null,
  description   text not null,
  location      text not null,
  starts        text not null,
  ends          text not null,
  owner_name    text not null,
  owner_email   text not null,
  access_code   text not null,
  is_published  boolean not null
);
create unique index by_slug on conferences (slug);

-- @on conference_created
insert into conferences (conference_id, slug, name, description, location, starts, ends, owner_name, owner_email,
                         access_code, is_published)
values (:conference, :slug, :name, :description, :location, :starts, :ends, :owner_name, :owner_email,
        :access_code, false);

-- @on conference_updated
update conferences
set name = :name, description = :description, location = :location, starts = :starts, ends = :ends
where conference_id = :conference;

-- @on management.conference_published
update conferences set is_published = true where conference_id = :conference;

-- @on management.conference_unpublished
update conferences set is_published = false where conference_id = :conference;

-- @serve filter slug

-- @given a conference that was published and taken back
-- {"type": "conference_created", "data": {"conference": "c1", "slug": "days", "name": "Days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-03", "owner_name": "Ada", "owner_email": "ada@x", "access_code": "ABCDEF"}}
-- {"type": "management.conference_published", "data": {"conference": "c1"}}
-- {"type": "conference_updated", "data": {"conference": "c1", "name": "More days", "description": "", "location": "Ulm", "starts": "2026-09-01", "ends": "2026-09-04"}}
-- {"type": "management.conference_unpublished", "data": {"conference": "c1"}}
-- @expect
-- {"conference_id": "c1", "slug": "days", "name": "More days", "ends": "2026-09-04", "access_code": "ABCDEF", "is_published": false}
