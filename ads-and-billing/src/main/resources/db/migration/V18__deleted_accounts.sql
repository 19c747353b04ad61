-- A deleted account keeps its row, since bookings lead to it; nothing may be added to it.

alter table customer add column deleted_at bigint;   -- null: it is open

update customer set deleted_at = 0 where name = 'deleted'
    and not exists (select 1 from account_wallet w where w.customer = customer.id)
    and not exists (select 1 from account_passkey p where p.customer = customer.id)
    and not exists (select 1 from account_session s where s.customer = customer.id)
    and not exists (select 1 from api_key k where k.customer = customer.id and k.revoked_at is null);
