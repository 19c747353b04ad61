package org.decentralizedai.server.payout;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.Delegation;
import org.decentralizedai.billing.voucher.Owed.ByPosting;
import org.decentralizedai.billing.voucher.Owed.ByVoucher;
import org.decentralizedai.billing.voucher.Voucher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is brought to the chain at once, and what may wait for the epoch. */
class PurseDebtsTest {
    private static final BigInteger SPENT = BigInteger.valueOf(30), DEPOSITED = BigInteger.valueOf(100);

    private static Purse purse(int exiting, @Nullable String delegate) {
        var none = BigInteger.ZERO;
        return new Purse("0xa", "0xb", "0xc", DEPOSITED, none, none, BigInteger.valueOf(exiting), 0, delegate, 1);
    }

    private static boolean atOnce(Purse purse, @Nullable Delegation first) {
        return PurseDebts.debt(new ByVoucher(purse, new Voucher("0xa", "0xd", SPENT, "0x1"), first))
                .leaving();
    }

    @Test
    void voucher_waitsForTheEpoch_onlyWhenNothingCanTakeItAway() {
        assertThat(atOnce(purse(0, "0xd"), null)).isFalse();
        assertThat(atOnce(purse(1, "0xd"), null)).as("an exit is pending").isTrue();
        assertThat(atOnce(purse(0, "0xe"), null)).as("he was replaced").isTrue();
        assertThat(atOnce(purse(0, null), null)).as("he was revoked").isTrue();
        assertThat(atOnce(purse(0, null), new Delegation("0xa", "0xd", 1, "0x2")))
                .as("the contract does not know him")
                .isTrue();
    }

    @Test
    void posting_waitsForTheEpoch() {
        assertThat(PurseDebts.debt(new ByPosting(purse(1, null), SPENT)).leaving())
                .isFalse();
    }
}
