-- What is said of a version after it was published: the version itself never changes.
create table version_note (
  version text primary key references version (id) on delete cascade,
  notes text,
  withdrawn text,
  reason text
) strict;
-- A breaking change that a publisher has announced for a table.
create table version_notice (
  dataset text not null,
  distribution text not null,
  announced text not null,
  effective text not null,
  description text not null,
  primary key (dataset, distribution)
) strict;
create table saved_query (
  id text primary key,
  dataset text not null,
  created text not null,
  request text not null,
  -- How it last went, at each version that changed the answer to that, as JSON.
  checks text not null
) strict;
create index saved_query_dataset on saved_query (dataset);
