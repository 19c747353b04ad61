package org.decentralizedai.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.meter.Asked;
import org.decentralizedai.billing.meter.Price;
import org.junit.jupiter.api.Test;

class BillingTest {
    @Test
    void sweep_whileNotAlone_leavesTheOthersRequests() {
        var alone = new AtomicBoolean(true);
        var clock = new MutableClock();
        try (var database = TestDatabase.inMemory();
                var billing = new Billing(database.jdbi(), clock, () -> {}, alone::get);
                var other = new Billing(database.jdbi(), clock, () -> {})) {
            String ada = other.customers().open("Ada").id();
            String key = other.keys().create(ada, KeyTerms.named("a")).stored().id();
            other.grant("1", ada, BigInteger.valueOf(1000), "a gift");
            var asked = new Asked("req", ada, key, "nano", new Price(1_000_000, 1_000_000), 10, 20);
            assertThat(other.meter().begin(asked)).isPresent();
            alone.set(false);
            billing.sweep();
            assertThat(reserved(other, ada)).isEqualTo(30);
            alone.set(true);
            billing.sweep();
            assertThat(reserved(other, ada)).isZero();
        }
    }

    private static long reserved(Billing billing, String customer) {
        return billing.ledger().amount(Account.reserved(customer)).longValueExact();
    }
}
