-- What was paid in a span of time, for the page that shows where the money went.

create index posting_by_time on posting (booked_at);
