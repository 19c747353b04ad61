-- A task that a second worker computes too, so that the two can be compared. The second one's row is leased, expires and is done as any
-- other, but it is in no mean: counts_in stays null, and its windows are the first one's.

alter table task add column replica_of bigint;      -- task that it repeats; null: none
alter table task add column form_index integer;     -- task_index of that task, which its form follows; its own is below 0
create index task_by_replica_of on task (replica_of);
