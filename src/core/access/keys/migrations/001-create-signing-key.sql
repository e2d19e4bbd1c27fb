create table signing_key (
  kid text primary key,
  alg text not null,
  private_sealed blob not null,
  public_jwk text not null,
  created text not null,
  active_from text not null,
  retires text not null,
  gone text not null
) strict;
