-- The second moment that the tasks of a round are computed along.

alter table training_round add column second_moment varchar(64);  -- manifest of the running v; null: none
alter table training_round add column published_moment text;      -- hashes of the published pieces, separated by spaces
