-- How often anybody asked for a dataset, by day; by whom is not kept.
create table dataset_use (
  dataset text not null,
  day text not null, -- YYYY-MM-DD
  requests integer not null,
  primary key (dataset, day)
) strict, without rowid;
