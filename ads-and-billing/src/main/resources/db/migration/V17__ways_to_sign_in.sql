-- How people show that an account is theirs: wallets and passkeys, any number of either. Only what is public of them is here.

create table account_wallet (
    address varchar(42) not null,            -- 0x and 40 digits in lower case
    chain bigint not null,                   -- of a smart wallet; 0: a pair of keys, which is the same on all chains
    customer varchar(64) not null references customer (id),
    bound_at bigint not null,
    primary key (address, chain)
);
create index account_wallet_by_customer on account_wallet (customer);

create table account_passkey (
    id varchar(1400) primary key,            -- credential id, in base64url as the next two
    handle varchar(100) not null,            -- random, one for an account: by it an authenticator knows whose passkeys these are
    public_key varchar(2800) not null,       -- COSE
    customer varchar(64) not null references customer (id),
    name varchar(80) not null,               -- to tell passkeys apart
    signatures bigint not null,              -- counted by the authenticator; 0: it does not count
    created_at bigint not null,
    used_at bigint
);
create index account_passkey_by_customer on account_passkey (customer);
create index account_passkey_by_handle on account_passkey (handle);
