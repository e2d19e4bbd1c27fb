create table standard (
  id text primary key,
  record text not null -- JSON: title, owner, versions
) strict;

-- A dataset says that it keeps to a standard; what was found when its data was last looked at stands beside it.
create table standard_claim (
  standard text not null references standard (id) on delete cascade,
  dataset text not null,
  claimed text not null,
  result text, -- JSON; null until it was measured
  primary key (standard, dataset)
) strict, without rowid;
create index standard_claim_dataset on standard_claim (dataset);
