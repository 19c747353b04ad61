-- Ads that signed-in accounts pay for, what was counted of them, and who has paid to see none. Amounts are micro-credits, times
-- milliseconds since 1970. Nothing here says who has seen an ad.

create table ad_image (
    hash varchar(64) primary key,            -- SHA-256 of the bytes
    bytes bytea not null,                    -- PNG, written by us
    width integer not null,
    height integer not null
);

create table ad_upload (                     -- who may use a picture that no campaign of his has yet
    customer varchar(64) not null references customer (id),
    image varchar(64) not null references ad_image (hash),
    at bigint not null,
    primary key (customer, image)
);
create index ad_upload_by_image on ad_upload (image);

create table ad_campaign (
    id varchar(32) primary key,
    customer varchar(64) not null references customer (id),
    state varchar(16) not null,              -- DRAFT, IN_REVIEW, APPROVED, REJECTED, RUNNING, PAUSED, ENDED
    why varchar(300),                        -- it was rejected
    revision integer not null,               -- of the creative: the reviewer says which one was looked at
    approved integer not null,               -- revision that the operator approved last; 0: none. Only that one is shown and leads anywhere
    title varchar(60) not null,
    body varchar(140) not null,
    link varchar(500) not null,
    image varchar(64) references ad_image (hash),
    topics varchar(200) not null,            -- separated by spaces
    pricing varchar(8) not null,             -- CPM or CPC
    view_cost bigint not null,               -- of one counted impression
    click_cost bigint not null,              -- of one counted click
    first_day bigint not null,               -- days since 1970, UTC
    last_day bigint not null,
    cap integer not null,                    -- impressions for one visitor and day
    budget bigint not null,                  -- was ever moved to it, less what went back
    spent bigint not null,                   -- sum of what its events cost, never above the budget
    booked bigint not null,                  -- how much of that is in the ledger as spent
    fundings integer not null,
    impressions bigint not null,
    clicks bigint not null,
    created_at bigint not null
);
create index ad_campaign_by_customer on ad_campaign (customer, created_at);
create index ad_campaign_by_state on ad_campaign (state);
create index ad_campaign_by_image on ad_campaign (image);

create table ad_event (                      -- kept for 90 days; the campaign has the sums
    decision varchar(32) not null,           -- to show the ad, this once
    kind varchar(8) not null,                -- VIEW or CLICK
    campaign varchar(32) not null references ad_campaign (id),
    cost bigint not null,
    at bigint not null,
    primary key (decision, kind)
);
create index ad_event_by_campaign on ad_event (campaign);
create index ad_event_by_time on ad_event (at);

create table ad_secret (
    id integer primary key,                  -- 1
    hex varchar(64) not null                 -- signs the tokens of decisions
);

create table ad_free (
    customer varchar(64) primary key references customer (id),
    until bigint not null
);
