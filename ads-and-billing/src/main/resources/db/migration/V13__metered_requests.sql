-- What each request was and what has been sent of its answer: durable before and while it runs, so that a request whose server died
-- is settled by it.

create table metered_request (
    id varchar(64) primary key,
    customer varchar(64) not null references customer (id),
    api_key varchar(32) not null references api_key (id),
    model varchar(64) not null,
    input_price bigint not null,             -- micro-credits for a million tokens
    output_price bigint not null,
    prompt_tokens integer not null,
    max_tokens integer not null,
    reserved bigint not null,                -- micro-credits
    sent_tokens integer not null,            -- at least so many were sent
    cost bigint not null,                    -- 0 while it runs
    ending varchar(16) not null,             -- OPEN, COMPLETE, CUT, RELEASED
    began_at bigint not null,
    ended_at bigint
);
create index metered_request_by_customer on metered_request (customer, began_at);
create index metered_request_by_ending on metered_request (ending, began_at);
