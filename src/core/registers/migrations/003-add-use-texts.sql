-- The code behind each text of the column, and what is wrong with texts; JSON.
alter table use add column texts text not null default '{}';
alter table use add column issues text not null default '[]';
