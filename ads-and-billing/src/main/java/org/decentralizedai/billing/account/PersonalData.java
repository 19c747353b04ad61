package org.decentralizedai.billing.account;

import java.math.BigInteger;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.key.Customer;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.billing.passkey.Passkey;
import org.decentralizedai.billing.passkey.PasskeyStore;
import org.jdbi.v3.core.Jdbi;

/**
 * All that is kept about an account's holder: to be had, and to be deleted. Bookings stay when an account is deleted, as a ledger's
 * must, under an account id that then leads to nobody. So do purses with their delegations and vouchers: all but the signatures is public on the
 * chain, and what was spent must still be brought there.
 */
public final class PersonalData {
    /** What the deleted account and its keys are called afterwards. */
    public static final String DELETED = "deleted";

    /** A browser that is, or was until not long ago, signed in. */
    public record Browser(long signedInAtMillis, long usedAtMillis) {}

    /**
     * All but bookings and usage, of which there may be very many.
     *
     * @param balance micro-credits
     */
    public record Everything(
            Customer account,
            List<WalletStore.Bound> wallets,
            List<Passkey> passkeys,
            List<Browser> browsers,
            List<StoredKey> apiKeys,
            BigInteger balance) {}

    private final Jdbi jdbi;
    private final Clock clock;
    private final Billing billing;
    private final WalletStore wallets;
    private final PasskeyStore passkeys;
    private final Consumer<String> elsewhere;

    /** @param elsewhere deletes what others than this module keep of an account, in the same transaction */
    public PersonalData(
            Jdbi jdbi,
            Clock clock,
            Billing billing,
            WalletStore wallets,
            PasskeyStore passkeys,
            Consumer<String> elsewhere) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.billing = billing;
        this.wallets = wallets;
        this.passkeys = passkeys;
        this.elsewhere = elsewhere;
    }

    public Everything of(String account) {
        return new Everything(
                billing.customers().find(account).orElseThrow(),
                wallets.of(account),
                passkeys.of(account),
                browsers(account),
                billing.keys().of(account),
                billing.balance(account));
    }

    private List<Browser> browsers(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select opened_at, used_at from account_session where customer = :account order by opened_at")
                .bind("account", account)
                .map((row, _) -> new Browser(row.getLong(1), row.getLong(2)))
                .list());
    }

    /** All ways in, all sessions, all names; its API keys are revoked. Whatever is added at the same time is deleted, or refused. */
    public void delete(String account) {
        jdbi.useTransaction(handle -> {
            handle.execute( // first: it waits for what is being added (OpenAccount), which is then seen below
                    "update customer set name = ?, deleted_at = ? where id = ? and deleted_at is null",
                    DELETED,
                    clock.millis(),
                    account);
            elsewhere.accept(account);
            for (String table : List.of("account_session", "account_wallet", "account_passkey"))
                handle.execute("delete from " + table + " where customer = ?", account);
            handle.execute(
                    "update api_key set name = ?, revoked_at = coalesce(revoked_at, ?) where customer = ?",
                    DELETED,
                    clock.millis(),
                    account);
        });
    }
}
