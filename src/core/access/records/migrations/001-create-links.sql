create table record_link (
  person text not null,
  dataset text not null,
  record_key text not null,
  connected_at text not null,
  primary key (person, dataset)
) strict, without rowid;

create table record_state (
  dataset text not null,
  subject text not null,
  state text not null,
  changed_at text not null,
  primary key (dataset, subject)
) strict, without rowid;
