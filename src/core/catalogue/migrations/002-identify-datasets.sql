-- An identifier that stays: clients of older catalogues keep it instead of the name.
update dataset set description = json_set(description, '$.identifier',
  lower(substr(hex(randomblob(4)), 1, 8) || '-' || substr(hex(randomblob(2)), 1, 4) || '-4' || substr(hex(randomblob(2)), 2, 3)
    || '-8' || substr(hex(randomblob(2)), 2, 3) || '-' || hex(randomblob(6))))
where json_extract(description, '$.identifier') is null;

create unique index dataset_identifier on dataset (json_extract(description, '$.identifier'));
