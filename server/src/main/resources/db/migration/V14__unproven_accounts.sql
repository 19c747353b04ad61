-- Whether an update's account was still unproven when it came: all of those together weigh a quarter of a round at most. Kept with the
-- task, since what an account is may change before its round is computed, or computed again.

alter table task add column unproven boolean not null default false;
