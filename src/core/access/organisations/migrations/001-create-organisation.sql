create table organisation (
  id text primary key,
  name text not null,
  kind text not null,
  publisher text,
  created text not null,
  deleted text
) strict;

create table membership (
  organisation text not null references organisation (id),
  person text not null,
  role text not null check (role in ('admin', 'developer', 'viewer')),
  created text not null,
  primary key (organisation, person)
) strict, without rowid;
create index membership_person on membership (person);

create table invitation (
  code_hash text primary key,
  organisation text not null references organisation (id),
  role text not null,
  made_by text not null,
  ends text not null,
  used_by text
) strict;
