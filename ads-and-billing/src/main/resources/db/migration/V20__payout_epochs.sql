-- Payout epochs. Runs unchanged on H2 (PostgreSQL mode) and PostgreSQL. Times are milliseconds since 1970, amounts wei.

create table payout_epoch (
    number bigint primary key,               -- from 1, without gaps, as the contract counts
    state varchar(8) not null,               -- CLOSED, PROPOSED, FINAL
    closed_at bigint not null,
    income_entries bigint not null,          -- number of the newest entry of the account of income that it has counted
    revenue numeric(78, 0) not null,
    total numeric(78, 0) not null,           -- of the leaves
    root varchar(66) not null,
    data text not null,                      -- what is published, JSON: the truth of which the columns here are a part
    data_hash varchar(64) not null,          -- SHA-256 of it
    data_uri varchar(500) not null,          -- where it is published, as it is signed
    proposed_in varchar(66),                 -- transactions; null: not yet, or not by this server
    final_in varchar(66)
);

-- What accounts without a delegate have spent, as the quorum posts it.
create table payout_spending (
    number bigint primary key,               -- as the contract counts
    postings text not null,                  -- owner, label and wei of each, JSON
    hash varchar(66) not null,               -- of them, as it is signed
    prepared_at bigint not null,
    proposed_in varchar(66),                 -- transactions; null: not yet, or not by this server
    applied_in varchar(66)
);

-- By signers of the contract, of a root or of postings.
create table payout_signature (
    digest varchar(66) not null,             -- what is signed, 0x and 64 digits
    signer varchar(42) not null,
    signature varchar(132) not null,         -- 0x and 65 bytes: r, s, v
    primary key (digest, signer)
);

-- Where what a key of credit earns is to go, as the key's holder named it.
create table payout_address (
    credit_key varchar(64) primary key,      -- hash of the key
    address varchar(42) not null,            -- 0x and 40 digits, in small letters
    named_at bigint not null
);
