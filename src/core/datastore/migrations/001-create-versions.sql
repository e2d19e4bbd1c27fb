create table version (
  id text primary key,
  dataset text not null,
  distribution text not null,
  number text not null,
  created text not null,
  current integer not null,
  source_sha256 text not null,
  manifest text not null,
  unique (dataset, distribution, number)
) strict;
create index version_current on version (dataset, distribution) where current = 1;
