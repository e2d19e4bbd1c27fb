create table service (
  name text primary key,
  publisher text not null references publisher (name),
  modified text not null,
  record text not null -- JSON: the service as described
) strict;
create index service_publisher on service (publisher, name);

-- What a service was described as, each time, with who and when.
create table service_history (
  seq integer primary key,
  name text not null,
  at text not null,
  actor text not null,
  record text -- JSON; null when it was taken away
) strict;
create index service_history_name on service_history (name, seq);
