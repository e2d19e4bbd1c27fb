create table link_try (
  person text not null,
  dataset text not null,
  hour integer not null,
  count integer not null,
  primary key (person, dataset)
) strict, without rowid;
