-- Who is told of what, and how. An address is kept sealed; its hash finds others of the same address.
create table follow (
  id text primary key,
  kind text not null, -- dataset, publisher, search, nii
  subject text not null,
  channel text not null, -- webhook, email
  target_hash text not null,
  target_sealed blob not null,
  secret_sealed blob, -- of a webhook
  token_hash text not null unique, -- of the link that confirms and ends it
  token_sealed blob not null, -- for the links in what is sent
  state text not null, -- pending, live, ended
  created text not null,
  confirmed text,
  failing_since text
) strict;
create index follow_subject on follow (kind, subject, state);
create index follow_target on follow (target_hash, state);

create table follow_cursor (
  source text primary key,
  seq integer not null
) strict;

create table follow_delivery (
  id text primary key,
  follow text not null references follow (id) on delete cascade,
  created text not null,
  event text not null, -- JSON
  state text not null, -- waiting, sent, failed
  attempts integer not null,
  next text not null
) strict;
create index follow_delivery_due on follow_delivery (state, next);
create index follow_delivery_of on follow_delivery (follow, id);

create table follow_attempt (
  delivery text not null references follow_delivery (id) on delete cascade,
  at text not null,
  ok integer not null,
  status integer,
  ms integer not null,
  detail text not null
) strict;
create index follow_attempt_of on follow_attempt (delivery, at);
