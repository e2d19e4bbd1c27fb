create table person (
  id text primary key,
  issuer text not null,
  subject text not null,
  name text not null,
  birth_date text,
  email text,
  created text not null,
  unique (issuer, subject)
) strict;

create table session (
  secret_hash text primary key,
  id text not null unique,
  person text not null references person (id),
  kind text not null check (kind in ('citizen', 'member')),
  created text not null,
  seen text not null,
  ends text not null,
  provider_session text
) strict;
create index session_person on session (person);
create index session_provider on session (provider_session) where provider_session is not null;

create table sign_in (
  id_hash text primary key,
  kind text not null,
  state text not null,
  nonce text not null,
  verifier text not null,
  onward text not null,
  ends text not null
) strict;
