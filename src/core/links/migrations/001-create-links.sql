-- An address that datasets link to, and how it stands.
create table link (
  address text primary key,
  host text not null,
  state text not null,
  since text, -- when this state began, ISO 8601; null before the first check
  checked text,
  next text not null, -- when it is due, ISO 8601
  fails integer not null, -- checks in a row that did not end well
  found text not null -- JSON: what the last check found
) strict;
create index link_next on link (next);
create index link_state on link (state);

-- Which dataset links to it, and as what.
create table link_use (
  dataset text not null,
  address text not null,
  kind text not null,
  resource text, -- identifier of the linked resource
  title text,
  format text, -- as its publisher says it
  primary key (dataset, kind, address)
) strict, without rowid;
create index link_use_address on link_use (address);

create table link_check (
  address text not null,
  at text not null,
  state text not null,
  status integer,
  ms real,
  detail text not null,
  primary key (address, at)
) strict, without rowid;
