-- Which updates were computed again, what that showed, and what each update has done to the weights.

create table trust (
    worker varchar(64) not null,
    numeric_class varchar(256) not null,     -- its adapter: others round otherwise
    valid integer not null,                  -- audits in a row that agreed
    primary key (worker, numeric_class)
);

create table audit (
    task_id bigint primary key,
    fence bigint not null,
    round integer not null,
    worker varchar(64) not null,
    numeric_class varchar(256) not null,
    log_position bigint not null,
    state varchar(8) not null,               -- DRAWN, AGREED, CAUGHT; MISSED: not computed in time
    distance double precision,               -- relative L2
    cosine double precision,
    drawn_at bigint not null,
    decided_at bigint
);
create index audit_by_worker on audit (worker, state);

create table contribution (
    round integer not null,                  -- whose mean it was in
    task_id bigint not null,
    worker varchar(64) not null,
    log_position bigint not null,
    share double precision not null,         -- of the update in the mean
    corrected_in integer,                    -- round whose step takes it back; null: none
    primary key (round, task_id)
);
