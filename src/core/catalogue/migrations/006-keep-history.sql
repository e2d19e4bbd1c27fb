-- What a record was before each change, with who and when; kept by the store itself, so that no write can forget it. A record that never
-- changed has one line without an image. The functions are those of history/store.ts.
create table record_history (
  seq integer primary key,
  kind text not null, -- dataset, table, publisher
  name text not null, -- of the dataset or publisher
  part text, -- name of the table
  what text not null, -- made, changed, removed
  at text not null,
  actor text not null,
  detail text, -- number of the version that a table has from now on
  before text -- JSON image of the row; null when it was made
) strict;
create index record_history_name on record_history (name, kind, seq);
create index record_history_at on record_history (kind, seq);

create trigger dataset_made after insert on dataset begin
  insert into record_history (kind, name, what, at, actor) values ('dataset', new.name, 'made', new.issued, acting_name());
end;

create trigger dataset_described after update on dataset
when old.title <> new.title or old.publisher <> new.publisher or old.licence <> new.licence or old.theme <> new.theme or old.description <> new.description
begin
  insert into record_history (kind, name, what, at, actor, before) values ('dataset', new.name, 'changed', new.modified, acting_name(),
    json_object('name', old.name, 'title', old.title, 'publisher', old.publisher, 'licence', old.licence, 'issued', old.issued,
      'modified', old.modified, 'theme', old.theme, 'description', old.description));
end;

create trigger dataset_removed before delete on dataset begin
  insert into record_history (kind, name, part, what, at, actor, before)
  select 'table', old.name, name, 'removed', acting_moment(), acting_name(), record from distribution where dataset = old.number;
  insert into record_history (kind, name, what, at, actor, before) values ('dataset', old.name, 'removed', acting_moment(), acting_name(),
    json_object('name', old.name, 'title', old.title, 'publisher', old.publisher, 'licence', old.licence, 'issued', old.issued,
      'modified', old.modified, 'theme', old.theme, 'description', old.description));
end;

create trigger table_made after insert on distribution begin
  insert into record_history (kind, name, part, what, at, actor, detail)
  select 'table', name, new.name, 'made', json_extract(new.record, '$.modified'), acting_name(), json_extract(new.record, '$.version')
  from dataset where number = new.dataset;
end;

create trigger table_changed after update on distribution when old.record <> new.record begin
  insert into record_history (kind, name, part, what, at, actor, detail, before)
  select 'table', name, new.name, 'changed', json_extract(new.record, '$.modified'), acting_name(), json_extract(new.record, '$.version'), old.record
  from dataset where number = new.dataset;
end;

-- Of a dataset that goes its own trigger has kept them already.
create trigger table_removed before delete on distribution when exists (select 1 from dataset where number = old.dataset) begin
  insert into record_history (kind, name, part, what, at, actor, before)
  select 'table', name, old.name, 'removed', acting_moment(), acting_name(), old.record from dataset where number = old.dataset;
end;

create trigger publisher_made after insert on publisher begin
  insert into record_history (kind, name, what, at, actor) values ('publisher', new.name, 'made', new.modified, acting_name());
end;

create trigger publisher_described after update on publisher begin
  insert into record_history (kind, name, what, at, actor, before) values ('publisher', new.name, 'changed', new.modified, acting_name(),
    json_object('name', old.name, 'title', old.title, 'abbreviation', old.abbreviation, 'kind', old.kind, 'description', old.description,
      'homepage', old.homepage, 'parent', old.parent, 'modified', old.modified));
end;
