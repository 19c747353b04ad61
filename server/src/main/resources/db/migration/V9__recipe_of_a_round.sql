-- A round is computed under the recipe that it was opened with.

alter table training_round add column recipe text;      -- JSON; null: before the round that ran when this was added
update training_round set recipe = (select recipe from run) where number = (select max(number) from training_round);
