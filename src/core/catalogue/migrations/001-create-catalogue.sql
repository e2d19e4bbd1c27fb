create table publisher (
  name text primary key,
  title text not null,
  abbreviation text,
  kind text not null,
  description text,
  homepage text,
  parent text references publisher (name),
  modified text not null
) strict;

-- number: small and dense, so that sets of datasets can be kept as bitmaps.
-- change: grows with every write of any dataset; whoever follows the table asks for what is above the last one seen.
create table dataset (
  number integer primary key,
  change integer not null,
  name text not null unique,
  title text not null,
  publisher text not null references publisher (name),
  licence text not null,
  issued text not null,
  modified text not null,
  theme text not null, -- JSON array of names
  description text not null -- JSON: the members of the description that have no column of their own
) strict;

create index dataset_change on dataset (change);
create index dataset_publisher on dataset (publisher, name);

create table distribution (
  dataset integer not null references dataset (number) on delete cascade,
  name text not null,
  format text not null,
  row_count integer not null,
  column_names text not null, -- JSON array
  record text not null, -- JSON: the distribution as the public face answers it
  primary key (dataset, name)
) strict, without rowid;

-- Datasets taken away, so that followers of dataset.change hear of it.
create table dataset_gone (
  change integer primary key,
  number integer not null,
  name text not null
) strict;

create table dataset_clock (
  one integer primary key check (one = 1),
  value integer not null
) strict;

insert into dataset_clock values (1, 0);

-- The words of each dataset under its number. A question for sets of numbers never reads the texts; only snippets do.
create virtual table dataset_words using fts5 (
  title, keyword, publisher, columns, description,
  tokenize = 'porter unicode61 remove_diacritics 2',
  prefix = '2 3'
);
