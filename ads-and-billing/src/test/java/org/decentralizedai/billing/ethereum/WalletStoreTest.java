package org.decentralizedai.billing.ethereum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.key.CustomerStore;
import org.junit.jupiter.api.Test;

class WalletStoreTest {
    private static final String ADDRESS = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";

    @Test
    void wallet_opensOneAccount() {
        try (var database = TestDatabase.inMemory()) {
            var clock = new MutableClock();
            var customers = new CustomerStore(database.jdbi(), clock, new Random(1));
            String ada = customers.open("Ada").id(), bob = customers.open("Bob").id();
            var wallets = new WalletStore(database.jdbi(), clock);
            var keys = new Wallet(ADDRESS, Wallet.ANY);
            assertThat(wallets.account(keys)).isEmpty();
            assertThat(wallets.bind(keys, ada)).isTrue();
            assertThat(wallets.bind(new Wallet(ADDRESS.toLowerCase(Locale.ROOT), Wallet.ANY), bob))
                    .isFalse();
            assertThat(wallets.account(keys)).contains(ada);
            // the contract at the same address of another chain may be somebody else's
            var smart = new Wallet(ADDRESS, 10);
            assertThat(wallets.account(smart)).isEmpty();
            assertThat(wallets.bind(smart, bob)).isTrue();
            assertThat(wallets.of(ada)).extracting(WalletStore.Bound::wallet).containsExactly(keys);
            assertThat(keys.shown()).isEqualTo("0xc02a…6cc2");
        }
    }
}
