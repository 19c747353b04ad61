-- What a closed round was made of, published so that anybody can compute it again.

create table round_record (
    round integer primary key references training_round (number),
    record varchar(64) not null              -- blob, JSON
);
