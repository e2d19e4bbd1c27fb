create table token (
  id text primary key,
  publisher text not null,
  name text not null,
  secret_hash text not null unique,
  created text not null,
  revoked text
) strict;
