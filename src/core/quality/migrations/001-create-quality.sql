-- The score of each dataset when it was last looked at, for figures over many.
create table quality (
  dataset text primary key,
  publisher text not null,
  score real not null, -- 0 to 100
  stars integer not null,
  timely text, -- in-time, late, missed; null where nothing falls due
  links integer not null,
  broken integer not null,
  row_count integer not null,
  issued text not null,
  modified text not null,
  fixes text not null, -- JSON: what would gain most
  computed text not null
) strict;
create index quality_publisher on quality (publisher, score);

-- How publishers stood at the end of each month, the running one as it is now.
create table quality_month (
  publisher text not null,
  month text not null, -- YYYY-MM
  datasets integer not null,
  score real not null,
  stars real not null,
  in_time real, -- share of what falls due; null where nothing does
  broken integer not null,
  primary key (publisher, month)
) strict, without rowid;
