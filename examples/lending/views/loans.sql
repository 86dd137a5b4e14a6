-- Who has which book.
-- @view loans  inline
create table loans (
  book   text primary key,
  reader text not null,
  since  timestamp not null
);
create index by_reader on loans (reader);

-- @on lent
insert into loans (book, reader, since) values (:book, :reader, :$recorded_at);

-- @on returned
delete from loans where book = :book;

-- @serve filter reader  sort since
