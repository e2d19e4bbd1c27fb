create table access_grant (
  id text primary key,
  subject text not null,
  acting_for text,
  recipient text not null,
  client text,
  dataset text not null,
  fields text not null,
  purpose text not null,
  basis text not null,
  max_uses integer,
  used integer not null default 0,
  cadence text,
  not_before text not null,
  expires_at text not null,
  created_via text not null,
  evidence_sha256 text not null,
  state text not null check (state in ('active', 'revoked', 'superseded')),
  created_at text not null,
  revoked_at text,
  revoked_by text,
  revoke_reason text,
  ledger_place integer not null,
  version integer not null default 1,
  check (max_uses is null or used <= max_uses)
) strict;
create index access_grant_subject on access_grant (subject, created_at);
create index access_grant_client on access_grant (client, dataset) where client is not null;
