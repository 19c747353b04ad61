-- Tasks of different sizes. The corpus is given out in portions, numbered as they are opened; a task has the windows of one from
-- first_window on, its newest lease steps * batch of them. What of them was not trained on is left for a later task.

alter table run add column next_portion bigint not null default 0;
alter table run add column portion_windows integer not null default 0; -- of a whole portion; 0: not said yet
update run set next_portion = next_task;   -- until now a task was a portion

alter table task add column portion bigint not null default 0;
alter table task add column first_window integer not null default 0;
alter table task add column windows integer not null default 0;        -- from the first to the portion's end; 0: a whole portion
alter table task add column steps integer not null default 0;          -- of the newest lease, or that were done; 0: never leased
alter table task add column batch integer not null default 0;
update task set portion = id;

create table remainder (
    portion bigint not null,
    first_window integer not null,
    windows integer not null,
    primary key (portion, first_window)
);

alter table worker add column tokens_per_second double precision;      -- that its tasks had; null until one was accepted
