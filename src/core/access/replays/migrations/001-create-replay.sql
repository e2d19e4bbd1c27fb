create table replay (
  id blob primary key,
  expires integer not null
) strict, without rowid;
create index replay_expires on replay (expires);
