package org.decentralizedai.billing.payout;

import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Where what keys of credit earn is to go. A change concerns what is assigned after it. Thread-safe. */
public final class PayoutAddresses {
    private final Jdbi jdbi;
    private final Clock clock;

    public PayoutAddresses(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** @param key hash of a key of credit, which whoever names the address could say */
    public void name(String key, PayoutAddress address) {
        jdbi.useTransaction(handle -> {
            int changed = handle.execute(
                    "update payout_address set address = ?, named_at = ? where credit_key = ?",
                    address.text(),
                    clock.millis(),
                    key);
            if (changed == 0)
                handle.execute(
                        "insert into payout_address (credit_key, address, named_at) values (?, ?, ?) on conflict do nothing",
                        key,
                        address.text(),
                        clock.millis());
        });
    }

    public Optional<PayoutAddress> of(String key) {
        return jdbi.withHandle(handle -> of(handle, key));
    }

    public static Optional<PayoutAddress> of(Handle transaction, String key) {
        return transaction
                .createQuery("select address from payout_address where credit_key = :key")
                .bind("key", key)
                .mapTo(String.class)
                .findOne()
                .map(PayoutAddress::new);
    }
}
