create table register (
  id integer primary key,
  name text not null unique,
  -- Publisher whose tokens may write; null for the operator alone.
  owner text,
  origin text not null check (origin in ('shipped', 'imported', 'made', 'mirror')),
  created text not null,
  -- What readers see: rows beyond these belong to a load that has not ended.
  size integer not null default 0,
  system_size integer not null default 0,
  lines integer not null default 0,
  -- How the register is kept: steward, licence, notice, source. JSON.
  settings text not null default '{}'
) strict;

-- `position` counts the commands of the register's RSF, so that it is written out as it was read in.
create table item (
  register integer not null references register,
  position integer not null,
  hash blob not null,
  json text not null,
  -- The multihash of the second API; null until it is asked for.
  blob_hash blob,
  primary key (register, position)
) strict, without rowid;
create unique index item_hash on item (register, hash);
create index item_blob on item (register, blob_hash) where blob_hash is not null;

-- log: 0 user, 1 system. `items` holds the hashes one after the other, 32 bytes each.
create table entry (
  register integer not null references register,
  log integer not null,
  number integer not null,
  position integer not null,
  key text not null,
  timestamp text not null,
  items blob not null,
  primary key (register, log, number)
) strict, without rowid;
create index entry_key on entry (register, log, key, number);

-- Commands of the RSF that are neither an entry nor a new item: asserted roots (0) and items sent again (1).
create table line (
  register integer not null references register,
  position integer not null,
  kind integer not null,
  hash blob not null,
  primary key (register, position)
) strict, without rowid;

-- Hashes of complete subtrees, 64 to a chunk. tree: 1 and 2 for the two API versions.
create table node (
  register integer not null references register,
  tree integer not null,
  level integer not null,
  chunk integer not null,
  hashes blob not null,
  primary key (register, tree, level, chunk)
) strict, without rowid;
create table tree (
  register integer not null references register,
  tree integer not null,
  size integer not null,
  primary key (register, tree)
) strict, without rowid;
