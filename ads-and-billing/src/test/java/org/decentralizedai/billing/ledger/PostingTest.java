package org.decentralizedai.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import org.decentralizedai.billing.ledger.Posting.Kind;
import org.junit.jupiter.api.Test;

class PostingTest {
    private static final BigInteger TEN = BigInteger.TEN;

    @Test
    void unbalanced_isNoPosting() {
        assertThatThrownBy(() -> posting(new Entry(Account.balance("a"), TEN), new Entry(Account.grants(), TEN)))
                .hasMessageContaining("sum to zero");
    }

    @Test
    void unitsThatOffsetEachOther_areNoPosting() {
        assertThatThrownBy(
                        () -> posting(new Entry(Account.balance("a"), TEN), new Entry(Account.chain(), TEN.negate())))
                .hasMessageContaining("sum to zero");
    }

    @Test
    void accountNamedTwice_isNoPosting() {
        assertThatThrownBy(() ->
                        posting(new Entry(Account.balance("a"), TEN), new Entry(Account.balance("a"), TEN.negate())))
                .hasMessageContaining("names an account once");
    }

    @Test
    void settlement_aboveTheReservation_isNoPosting() {
        var reservation = new Reservation("r", "a", TEN);
        assertThatThrownBy(() -> reservation.settle(BigInteger.valueOf(11), new Epoch(0), ""))
                .hasMessageContaining("cost must be 0..10");
    }

    @Test
    void refund_aboveWhatItCost_isNoPosting() {
        var reservation = new Reservation("r", "a", TEN);
        var settlement = reservation.settle(BigInteger.TWO, new Epoch(0), "");
        assertThat(Postings.refund(reservation, settlement, BigInteger.TWO, new Epoch(0), "")
                        .ends())
                .isEqualTo(settlement.id());
        assertThatThrownBy(() -> Postings.refund(reservation, settlement, BigInteger.valueOf(3), new Epoch(0), ""))
                .hasMessageContaining("at most 2 can go back");
        assertThatThrownBy(() -> Postings.refund(
                        new Reservation("other", "a", TEN), settlement, BigInteger.ONE, new Epoch(0), ""))
                .hasMessageContaining("does not settle");
    }

    @Test
    void grant_withALongId_isNoPosting() {
        assertThat(Postings.grant("x".repeat(128), "a", TEN, "").entries()).hasSize(2);
        assertThatThrownBy(() -> Postings.grant("x".repeat(129), "a", TEN, ""))
                .hasMessageContaining("1 to 128 characters");
    }

    @Test
    void settlement_ofNothing_givesAllBack() {
        var entries = new Reservation("r", "a", TEN)
                .settle(BigInteger.ZERO, new Epoch(3), "")
                .entries();
        assertThat(entries)
                .containsExactly(new Entry(Account.balance("a"), TEN), new Entry(Account.reserved("a"), TEN.negate()));
    }

    @Test
    void accountIds_tellAccountsApart() {
        assertThat(Account.spent("acct_x", new Epoch(7)).id()).isEqualTo("spent:7:acct_x");
        assertThat(Account.revenue(new Epoch(7)).id()).isEqualTo("revenue:7");
        assertThatThrownBy(() -> Account.balance("7:x")).hasMessageContaining("no colon");
    }

    private static Posting posting(Entry... entries) {
        return new Posting("id", Kind.GRANT, null, "", List.of(entries));
    }
}
