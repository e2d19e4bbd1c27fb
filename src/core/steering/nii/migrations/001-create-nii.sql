create table nii_entry (
  id text primary key,
  stage text not null,
  record text not null -- JSON: the entry as kept
) strict;

-- Every step with who and when. Nothing is ever taken out.
create table nii_event (
  seq integer primary key,
  entry text not null references nii_entry (id),
  at text not null,
  actor text not null,
  step text not null,
  stage text not null, -- the stage after it
  reason text,
  detail text -- JSON
) strict;
create index nii_event_entry on nii_event (entry, seq);

create table nii_comment (
  id text primary key,
  entry text not null references nii_entry (id),
  at text not null,
  text text not null,
  use_case text,
  who text
) strict;
create index nii_comment_entry on nii_comment (entry, at);

-- One look at an entry's data from outside: did it answer, and how fast.
create table nii_probe (
  entry text not null references nii_entry (id),
  at text not null,
  ok integer not null,
  ms real not null,
  status integer not null,
  primary key (entry, at)
) strict, without rowid;
