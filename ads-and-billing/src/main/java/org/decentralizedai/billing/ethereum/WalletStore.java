package org.decentralizedai.billing.ethereum;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.key.OpenAccount;
import org.jdbi.v3.core.Jdbi;

/** Whose account a wallet opens. Thread-safe. */
public final class WalletStore {
    /** A wallet and when it was bound. */
    public record Bound(Wallet wallet, long boundAtMillis) {}

    private final Jdbi jdbi;
    private final Clock clock;

    public WalletStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    public Optional<String> account(Wallet wallet) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select customer from account_wallet where address = :address and chain = :chain")
                .bind("address", wallet.address())
                .bind("chain", wallet.chain())
                .mapTo(String.class)
                .findOne());
    }

    /**
     * False when it is bound already, to whomever; nothing is changed then.
     *
     * @throws OpenAccount.Gone when there is no such account any more
     */
    public boolean bind(Wallet wallet, String account) {
        return jdbi.inTransaction(handle -> {
            OpenAccount.hold(handle, account);
            return handle.execute(
                            "insert into account_wallet (address, chain, customer, bound_at) values (?, ?, ?, ?)"
                                    + " on conflict do nothing",
                            wallet.address(),
                            wallet.chain(),
                            account,
                            clock.millis())
                    == 1;
        });
    }

    /** Oldest first. */
    public List<Bound> of(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select address, chain, bound_at from account_wallet where customer = :account order by bound_at, address")
                .bind("account", account)
                .map((row, _) -> new Bound(new Wallet(row.getString(1), row.getLong(2)), row.getLong(3)))
                .list());
    }
}
