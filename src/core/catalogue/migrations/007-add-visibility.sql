-- state: published, draft, deleted, or an entry of the inventory without data: unpublished, nothing-to-open, planned, closed.
alter table dataset add column state text not null default 'published';
-- visibility: public, licensed, government, organisation, personal.
alter table dataset add column visibility text not null default 'public';

-- The few that are not for everybody: read whole at start.
create index dataset_restricted on dataset (name)
where state <> 'published' or visibility <> 'public' or json_extract(description, '$.columnVisibility') is not null;

-- Words of datasets that a search by anybody must not find; apart, so that nothing made from the words of the others can hold one of them.
create virtual table restricted_words using fts5 (
  title, keyword, publisher, columns, description,
  tokenize = 'porter unicode61 remove_diacritics 2',
  prefix = '2 3'
);

-- The index of titles holds what anybody may find.
drop trigger dataset_titles_made;
drop trigger dataset_titles_changed;
create trigger dataset_titles_made after insert on dataset when new.state = 'published' and new.visibility in ('public', 'licensed') begin
  insert into dataset_titles (rowid, title) values (new.number, new.title);
end;
create trigger dataset_titles_changed after update on dataset
when old.title <> new.title or old.state <> new.state or old.visibility <> new.visibility
begin
  delete from dataset_titles where rowid = new.number;
  insert into dataset_titles (rowid, title)
  select new.number, new.title where new.state = 'published' and new.visibility in ('public', 'licensed');
end;

-- hidden: what was before or after the change was not described to all.
alter table record_history add column hidden integer not null default 0;
drop trigger dataset_made;
drop trigger dataset_described;
drop trigger dataset_removed;
drop trigger table_made;
drop trigger table_changed;
drop trigger table_removed;

create trigger dataset_made after insert on dataset begin
  insert into record_history (kind, name, what, at, actor, hidden) values ('dataset', new.name, 'made', new.issued, acting_name(),
    new.state in ('draft', 'deleted') or new.visibility not in ('public', 'licensed'));
end;

create trigger dataset_described after update on dataset
when old.title <> new.title or old.publisher <> new.publisher or old.licence <> new.licence or old.theme <> new.theme or old.description <> new.description
  or old.state <> new.state or old.visibility <> new.visibility
begin
  insert into record_history (kind, name, what, at, actor, hidden, before) values ('dataset', new.name, 'changed', new.modified, acting_name(),
    old.state in ('draft', 'deleted') or old.visibility not in ('public', 'licensed')
      or new.state in ('draft', 'deleted') or new.visibility not in ('public', 'licensed'),
    json_object('name', old.name, 'title', old.title, 'publisher', old.publisher, 'state', old.state, 'visibility', old.visibility,
      'licence', old.licence, 'issued', old.issued, 'modified', old.modified, 'theme', old.theme, 'description', old.description));
end;

create trigger dataset_removed before delete on dataset begin
  insert into record_history (kind, name, part, what, at, actor, hidden, before)
  select 'table', old.name, name, 'removed', acting_moment(), acting_name(),
    old.state in ('draft', 'deleted') or old.visibility not in ('public', 'licensed'), record from distribution where dataset = old.number;
  insert into record_history (kind, name, what, at, actor, hidden, before) values ('dataset', old.name, 'removed', acting_moment(), acting_name(),
    old.state in ('draft', 'deleted') or old.visibility not in ('public', 'licensed'),
    json_object('name', old.name, 'title', old.title, 'publisher', old.publisher, 'state', old.state, 'visibility', old.visibility,
      'licence', old.licence, 'issued', old.issued, 'modified', old.modified, 'theme', old.theme, 'description', old.description));
end;

create trigger table_made after insert on distribution begin
  insert into record_history (kind, name, part, what, at, actor, hidden, detail)
  select 'table', name, new.name, 'made', json_extract(new.record, '$.modified'), acting_name(), state <> 'published' or visibility <> 'public',
    json_extract(new.record, '$.version')
  from dataset where number = new.dataset;
end;

create trigger table_changed after update on distribution when old.record <> new.record begin
  insert into record_history (kind, name, part, what, at, actor, hidden, detail, before)
  select 'table', name, new.name, 'changed', json_extract(new.record, '$.modified'), acting_name(), state <> 'published' or visibility <> 'public',
    json_extract(new.record, '$.version'), old.record
  from dataset where number = new.dataset;
end;

-- Of a dataset that goes its own trigger has kept them already.
create trigger table_removed before delete on distribution when exists (select 1 from dataset where number = old.dataset) begin
  insert into record_history (kind, name, part, what, at, actor, hidden, before)
  select 'table', name, old.name, 'removed', acting_moment(), acting_name(), state <> 'published' or visibility <> 'public', old.record
  from dataset where number = old.dataset;
end;
