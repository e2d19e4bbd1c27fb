create table cosignature (
  witness text primary key,
  size integer not null,
  root blob not null,
  at integer not null,
  signature blob not null
) strict, without rowid;

create table watched_log (
  origin text primary key,
  size integer not null,
  root blob not null
) strict, without rowid;
