-- The words of titles alone, kept by the store itself: asked of the index of everything, a title's words cost a walk through all places of the word.
create virtual table dataset_titles using fts5 (
  title, content = '', contentless_delete = 1,
  tokenize = 'porter unicode61 remove_diacritics 2',
  prefix = '2 3'
);
insert into dataset_titles (rowid, title) select number, title from dataset;

create trigger dataset_titles_made after insert on dataset begin
  insert into dataset_titles (rowid, title) values (new.number, new.title);
end;
create trigger dataset_titles_changed after update of title on dataset when old.title <> new.title begin
  update dataset_titles set title = new.title where rowid = new.number;
end;
create trigger dataset_titles_gone after delete on dataset begin
  delete from dataset_titles where rowid = old.number;
end;
