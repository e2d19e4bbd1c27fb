create table harvest_source (
  id text primary key,
  record text not null, -- JSON: the source as described
  state text not null -- JSON: marks of the last complete job, entity tags
) strict;

-- A job holds its lease by telling that it is alive; a process that dies leaves a lease that ends, and the next one goes on at the cursor.
create table harvest_job (
  id text primary key,
  source text not null references harvest_source (id) on delete cascade,
  state text not null,
  dry integer not null,
  whole integer not null, -- 1: everything is read, so what is not there is gone
  started text not null,
  lease text not null, -- until when it is held
  ended text,
  cursor text, -- JSON
  report text not null -- JSON
) strict;
create index harvest_job_source on harvest_job (source, id);
create unique index harvest_job_running on harvest_job (source) where state = 'running';

create table harvest_record (
  source text not null references harvest_source (id) on delete cascade,
  remote text not null,
  dataset text, -- null when it was refused, or is told of by another source
  hash text not null,
  seen text not null, -- the job that saw it last
  gone text, -- when it was missed, ISO 8601
  primary key (source, remote)
) strict, without rowid;
create index harvest_record_dataset on harvest_record (dataset);
