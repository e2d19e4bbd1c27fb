-- One paragraph of what a department says it did or will do. place: the paragraph's place in its section, from 1.
-- An entry is addressed by its place, so that evidence tied to it stays when the words are read in again.
create table progress_entry (
  department text not null, -- name of a publisher; not a reference, since a paper may name bodies the catalogue does not have
  action integer not null,
  year integer not null,
  kind text not null,
  place integer not null,
  position integer not null, -- the department's place in the paper
  department_title text not null,
  number text, -- as printed, such as 12.1
  heading text not null,
  text text not null,
  status text not null,
  reason text,
  document text not null,
  evidence text not null, -- JSON array
  primary key (department, action, year, kind, place)
) strict, without rowid;
