create table proposal (
  id text primary key,
  register integer not null references register,
  created text not null,
  proposed_by text not null,
  note text not null,
  notice_ends text not null,
  state text not null check (state in ('open', 'entered', 'withdrawn')),
  -- Canonical JSON of each item, as a JSON array.
  items text not null,
  -- Findings when it was made, JSON.
  findings text not null,
  -- Size of the log at which it was entered.
  size integer
) strict;
create index proposal_register on proposal (register, state);

-- Columns of published data whose values are codes of a register. By name: a use may be known before its register is here.
create table use (
  register text not null,
  dataset text not null,
  distribution text not null,
  field text not null,
  version text not null,
  rows integer not null,
  matched integer not null,
  confidence real not null,
  updated text not null,
  -- Rows by code, JSON.
  codes text not null,
  primary key (register, dataset, distribution, field)
) strict;

create table subscription (
  id text primary key,
  register integer not null references register,
  callback text not null,
  -- Signs what is sent; whoever subscribed knows it.
  secret text not null,
  -- Size that the subscriber works with; null for the newest.
  pinned integer,
  created text not null
) strict;

create table delivery (
  id text primary key,
  subscription text not null references subscription on delete cascade,
  body text not null,
  attempts integer not null default 0,
  next_at text not null
) strict;
create index delivery_due on delivery (next_at);
