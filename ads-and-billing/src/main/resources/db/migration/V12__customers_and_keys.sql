-- Who pays, and the keys by which their programs say so. A key's text is nowhere: only its SHA-256.

create table customer (
    id varchar(64) primary key,
    name varchar(80) not null,
    created_at bigint not null
);

create table api_key (
    id varchar(32) primary key,              -- stays when the text is rotated
    customer varchar(64) not null references customer (id),
    name varchar(80) not null,
    hash varchar(64) not null unique,
    hint varchar(16) not null,               -- how the text begins, to tell keys apart
    scopes varchar(160) not null,            -- separated by spaces
    created_at bigint not null,
    expires_at bigint,                       -- null: never
    used_at bigint,                          -- last, to the minute; null: never
    revoked_at bigint,
    requests_per_minute bigint,              -- null: as many as the account may
    tokens_per_minute bigint
);
create index api_key_by_customer on api_key (customer);
