-- Browsers that are signed in. What a browser holds is nowhere: only its SHA-256.

create table account_session (
    hash varchar(64) primary key,
    customer varchar(64) not null references customer (id),
    opened_at bigint not null,
    used_at bigint not null                  -- last, to a few minutes
);
create index account_session_by_customer on account_session (customer);
create index account_session_by_use on account_session (used_at);
