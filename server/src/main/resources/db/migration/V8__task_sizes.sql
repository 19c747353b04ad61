-- Tasks of different sizes. The corpus is given out in portions, numbered as they are opened. A task takes consecutive windows of
-- one when it is leased, steps * batch of them; what nobody has of the portions that are open is free.

alter table run add column next_portion bigint not null default 0;
alter table run add column portion_windows integer not null default 0; -- of a portion; 0: not said yet
update run set next_portion = next_task;   -- until now a task was a portion

alter table task add column portion bigint not null default 0;
alter table task add column first_window integer not null default 0;
alter table task add column windows integer not null default 0;        -- 0: has none yet
alter table task add column portion_windows integer not null default 0; -- that its portion has
alter table task add column steps integer not null default 0;          -- of the newest lease or, when done, that were done
alter table task add column batch integer not null default 0;
update task set portion = id;

create table free_range (
    portion bigint not null,
    first_window integer not null,
    windows integer not null,
    primary key (portion, first_window)
);

alter table worker add column tokens_per_second double precision;      -- that its tasks had; null until one was accepted
