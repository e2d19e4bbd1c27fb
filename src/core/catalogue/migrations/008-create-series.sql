create table dataset_series (
  name text primary key,
  publisher text not null references publisher (name),
  modified text not null,
  record text not null -- JSON: the series as described
) strict;
create index dataset_series_publisher on dataset_series (publisher, name);

-- The few datasets that are in a series.
create index dataset_in_series on dataset (name) where json_extract(description, '$.inSeries') is not null;
