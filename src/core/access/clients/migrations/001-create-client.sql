create table client (
  id text primary key,
  organisation text not null,
  name text not null,
  environment text not null check (environment in ('sandbox', 'live')),
  state text not null check (state in ('active', 'stopped', 'deleted')),
  redirect_uris text not null,
  jwks_uri text,
  logout_uri text,
  ip_allow text not null,
  rate_tier text not null,
  created text not null
) strict;
create index client_organisation on client (organisation);

create table client_key (
  id text primary key,
  client text not null references client (id),
  name text not null,
  jwk text not null,
  created text not null,
  ends text,
  revoked text
) strict;
create index client_key_client on client_key (client);

create table client_secret (
  id text primary key,
  client text not null references client (id),
  name text not null,
  secret_hash text not null unique,
  created text not null,
  ends text,
  revoked text
) strict;
create index client_secret_client on client_secret (client);

create table subscription (
  client text not null references client (id),
  api text not null,
  state text not null check (state in ('asked', 'approved', 'refused')),
  reason text,
  answers text,
  asked text not null,
  decided text,
  decided_by text,
  primary key (client, api)
) strict, without rowid;

create table client_usage (
  client text not null,
  day text not null,
  api text not null,
  requests integer not null,
  refused integer not null,
  failed integer not null,
  primary key (client, day, api)
) strict, without rowid;
