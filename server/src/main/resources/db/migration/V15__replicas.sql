-- A task that a second worker computes too, so that the two can be compared. The second one's row is leased, expires and is done as any
-- other, but it is in no mean: counts_in stays null, and its windows are the first one's.

alter table task add column replica_of bigint;      -- task that it repeats; null: none
alter table task add column form_index integer;     -- task_index of that task, which its form follows; its own is below 0
create index task_by_replica_of on task (replica_of);

-- The numbers of a portion's windows mean other windows than before. So what is not done is given up: its workers are told so and get
-- other tasks, audits of before are missed, and what was free of the open portions is forgotten.

update audit set state = 'MISSED' where state = 'DRAWN';
update task set state = 'FREE', worker = null, fence = fence + 1, windows = 0 where state <> 'DONE';
delete from free_range;
