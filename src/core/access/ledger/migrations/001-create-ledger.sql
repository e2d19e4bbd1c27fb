create table ledger_entry (
  place integer primary key,
  commitment blob not null
) strict;

create table ledger_event (
  place integer primary key references ledger_entry (place),
  id text not null unique,
  kind text not null,
  at text not null,
  subject text,
  organisation text,
  dataset text,
  grant_id text,
  covert integer not null,
  visible_from text not null,
  salt blob,
  body text,
  erased_at text
) strict;
create index ledger_event_subject on ledger_event (subject, place);
create index ledger_event_covert on ledger_event (visible_from) where covert = 1;

create table ledger_chunk (
  level integer not null,
  chunk integer not null,
  hashes blob not null,
  primary key (level, chunk)
) strict, without rowid;

create table ledger_head (
  one integer primary key check (one = 1),
  size integer not null,
  checkpoint text not null
) strict;
