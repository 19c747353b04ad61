-- The state of the outer step is its momentum and its carry; a round's row also names the delta that made its checkpoint.

alter table training_round rename column optimizer to momentum;
alter table training_round add column carry varchar(64);      -- manifest of what the coded step rounded away; null: nothing
alter table training_round add column delta text;             -- hashes of its pieces, separated by spaces; null: none (any more)
alter table training_round add column delta_bytes integer;
