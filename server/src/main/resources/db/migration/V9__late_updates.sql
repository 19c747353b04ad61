-- A round is computed under the recipe that it was opened with, and an update may count in a later round than its task's.

alter table training_round add column recipe text;      -- JSON; null: before the round that ran when this was added
update training_round set recipe = (select recipe from run) where number = (select max(number) from training_round);

alter table task add column counts_in integer;          -- the round in whose step its update is; null: not done
update task set counts_in = round where state = 'DONE';
create index task_by_counts_in on task (counts_in);
