-- Which dataset links to a resource: kept by the store itself, so that no write can forget it.
create table linked_resource (
  identifier text primary key,
  dataset integer not null references dataset (number) on delete cascade
) strict, without rowid;
create index linked_resource_dataset on linked_resource (dataset);

insert or ignore into linked_resource
select json_extract(resource.value, '$.identifier'), dataset.number
from dataset, json_each(description, '$.linked') as resource
where json_extract(resource.value, '$.identifier') is not null;

create trigger linked_resource_made after insert on dataset begin
  insert or ignore into linked_resource
  select json_extract(resource.value, '$.identifier'), new.number
  from json_each(new.description, '$.linked') as resource where json_extract(resource.value, '$.identifier') is not null;
end;

create trigger linked_resource_changed after update of description on dataset when old.description <> new.description begin
  delete from linked_resource where dataset = new.number;
  insert or ignore into linked_resource
  select json_extract(resource.value, '$.identifier'), new.number
  from json_each(new.description, '$.linked') as resource where json_extract(resource.value, '$.identifier') is not null;
end;
