package org.decentralizedai.billing.account;

import java.util.Optional;
import org.decentralizedai.billing.ethereum.Wallet;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.passkey.NewPasskey;
import org.decentralizedai.billing.passkey.PasskeyStore;
import org.jdbi.v3.core.Jdbi;

/** Opens an account for whoever has none: an account and the way into it, or nothing. Thread-safe. */
public final class SignUps {
    private final Jdbi jdbi;
    private final CustomerStore customers;
    private final WalletStore wallets;
    private final PasskeyStore passkeys;

    public SignUps(Jdbi jdbi, CustomerStore customers, WalletStore wallets, PasskeyStore passkeys) {
        this.jdbi = jdbi;
        this.customers = customers;
        this.wallets = wallets;
        this.passkeys = passkeys;
    }

    /** The wallet's account; a new one when it has none. */
    public String account(Wallet wallet) {
        return wallets.account(wallet)
                .or(() -> opened(wallet))
                .or(() -> wallets.account(wallet)) // somebody was faster with the same wallet
                .orElseThrow();
    }

    private Optional<String> opened(Wallet wallet) {
        return jdbi.inTransaction(handle -> {
            String account = customers.open(wallet.shown()).id();
            if (wallets.bind(wallet, account)) return Optional.of(account);
            handle.rollback();
            return Optional.empty();
        });
    }

    /** @throws IllegalArgumentException unless the name has 1 to 80 characters */
    public String account(NewPasskey passkey, String name) {
        return jdbi.inTransaction(_ -> {
            String account = customers.open(name).id();
            passkeys.add(passkey, account, "first passkey");
            return account;
        });
    }
}
