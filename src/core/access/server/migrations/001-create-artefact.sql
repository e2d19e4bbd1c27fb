create table artefact (
  kind text not null,
  id text not null,
  payload text not null,
  grant_id text,
  uid text,
  consumed integer,
  expires integer not null,
  primary key (kind, id)
) strict, without rowid;
create index artefact_grant on artefact (grant_id) where grant_id is not null;
create index artefact_uid on artefact (uid) where uid is not null;
create index artefact_expires on artefact (expires);

create table consent_evidence (
  sha256 text primary key,
  shown text not null,
  created text not null
) strict;
