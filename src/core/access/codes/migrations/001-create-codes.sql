create table share_code (
  id text primary key,
  hash blob not null unique,
  factor blob not null,
  grant_id text not null unique references access_grant (id) on delete cascade,
  subject text not null,
  dataset text not null,
  wrong integer not null default 0,
  burnt_at text,
  created_at text not null
) strict;
create index share_code_subject on share_code (subject, dataset);

create table attempt (
  bucket blob not null,
  period integer not null,
  count integer not null,
  primary key (bucket, period)
) strict, without rowid;
