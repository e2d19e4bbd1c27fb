create table credential (
  list integer not null,
  place integer not null,
  grant_id text not null,
  made_at text not null,
  primary key (list, place)
) strict, without rowid;
create index credential_grant on credential (grant_id);
