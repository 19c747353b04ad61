package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.utils.Numeric;

/** The clerk's life, with a new clerk for each turn, as after a restart. */
final class ClerkIT extends ClerkFixture {
    /** From what a customer without a voucher owes to what a volunteer can spend; then the same with a voucher. */
    private void firstEpoch() throws Exception {
        owes(3000, null, false);
        assertThat(closeNow()).isEqualTo("spending 1 is proposed");
        assertThat(closeNow()).startsWith("spending 1 waits until ");
        chain.pass(DELAY);
        assertThat(closeNow()).startsWith("what was spent counts as soon as block "); // applied, not seen yet
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        assertThat(newest().state()).isEqualTo(State.PROPOSED);
        assertThat(closeNow()).startsWith("epoch 1 waits until ");
        chain.pass(DELAY);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        owed.clear();
        assertThat(closeNow()).isEqualTo("there is nothing to share out");
        assertThat(newest().state()).isEqualTo(State.FINAL);
    }

    @Test
    void wholeLife_everyWeiThatWasSpentIsClaimed() throws Exception {
        firstEpoch();
        claim(1);
        assertThat(has(provider.text())).isEqualTo(3000);

        var delegate = Credentials.create(Keys.createEcKeyPair());
        var owner = Credentials.create(Keys.createEcKeyPair());
        customer = owner.getAddress();
        pool.topUp(customer, Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(9000))
                .send();
        owes(7000, voucher(7000, owner, delegate), false);
        assertThat(closeNow()).startsWith("what was spent counts as soon as block ");
        watch();
        assertThat(closeNow()).isEqualTo("epoch 2 is proposed");
        assertThat(newest().total()).isEqualTo(10_000);
        chain.pass(DELAY);
        closeNow();
        claim(2);
        assertThat(has(provider.text())).isEqualTo(10_000);
        assertThat(has(contract)).isEqualTo(100_000 + 9000 - 10_000);
        for (long epoch : List.of(1L, 2L)) check(epoch);
    }

    /** As anybody can: by the published data and the chain; and nothing that is changed passes. */
    private void check(long epoch) {
        byte[] data = epochs.data(epoch).orElseThrow();
        byte[] previous = epochs.data(epoch - 1).orElse(null);
        assertThat(EpochCheck.difference(data, previous)).isEmpty();
        try (var check = new ChainCheck(chain.address(), 0)) {
            assertThat(check.difference(data)).isEmpty();
            String text = new String(data, UTF_8);
            Map.of(
                            "\"closedAtMillis\":", "the hash of the data is ",
                            "\"wei\":\"", "the event ether/31337/",
                            "\"posting\":\"ether/31337/", "no block has transaction 0x",
                            "\"total\":\"", "the total: ",
                            "\"root\":\"0x", "the root: ",
                            "\"chain\":", "the node is of chain 31337")
                    .forEach((field, said) -> assertThat(check.difference(changed(text, field)))
                            .as(field)
                            .hasValueSatisfying(sentence -> assertThat(sentence).startsWith(said)));
        }
    }

    /** The first digit after the field is another one, and larger where it can be. */
    private static byte[] changed(String text, String field) {
        int at = text.indexOf(field) + field.length();
        return (text.substring(0, at) + (text.charAt(at) == '9' ? '8' : '9') + text.substring(at + 1)).getBytes(UTF_8);
    }

    /** Not due: but the customer is on his way out, and the voucher must be there before his delay ends. */
    @Test
    void customerLeaves_hisVoucherIsRedeemedAtOnce() throws Exception {
        var owner = Credentials.create(Keys.createEcKeyPair());
        customer = owner.getAddress();
        pool.topUp(customer, Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(9000))
                .send();
        var voucher = voucher(10, owner, owner);
        try (var clerk = clerk(0)) {
            owes(10, voucher, false);
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            assertThat(pool.totalSpent().send()).isZero();
            owes(10, voucher, true);
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            assertThat(pool.totalSpent().send()).isEqualTo(10);
            clerk.turn(); // the watcher has not seen it yet: nothing is sent again
            assertThat(clerk.problem()).isEmpty();
            owes(20, new Owing.Voucher("0x12", null), true);
            clerk.turn();
            assertThat(clerk.problem()).hasValue("the chain gave no answer to a voucher: BadSignature()");
        }
    }

    @Test
    void thresholdTwo_oneKeyHere_waitsForTheOthersSignature() throws Exception {
        ledger.post(new Posting(
                "a",
                Posting.Kind.INCOME,
                null,
                "",
                List.of(
                        new Entry(Account.chain(), BigInteger.ONE.negate()),
                        new Entry(Account.income(), BigInteger.ONE))));
        provider = new PayoutAddress(provider.text());
        trained.put("k", 0L);
        trained.put("l", 1L); // without an address: the total is 0, which nothing spent covers
        try (var clerk = clerk(1)) {
            assertThat(clerk.closeNow()).isEqualTo("epoch 1 waits for signatures");
            var toSign = clerk.toSign(newest());
            assertThat(toSign.signed()).containsExactly(signers.get(1).getAddress());
            byte[] digest = Numeric.hexStringToByteArray(toSign.digest());
            assertThat(clerk.sign(toSign, PoolMessages.sign(digest, Credentials.create(Keys.createEcKeyPair()))))
                    .isFalse();
            assertThat(clerk.sign(toSign, PoolMessages.sign(new byte[32], signers.get(0))))
                    .isFalse();
            assertThat(clerk.sign(toSign, "0x12")).isFalse();
            assertThat(clerk.turn()).isEqualTo("epoch 1 waits for signatures");
            assertThat(clerk.sign(toSign, PoolMessages.sign(digest, signers.get(0))))
                    .isTrue();
            assertThat(clerk.turn()).isEqualTo("epoch 1 is proposed");
        }
    }

    @Test
    void nodeAway_isSaid_andTriedAgain() throws Exception {
        owes(3000, null, false);
        var address = chain.address();
        chain.close();
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).startsWith("the chain gave no answer to the contract's state: ");
            assertThat(clerk.problem()).isPresent().get().asString().doesNotContain(address.toString());
        }
    }

    @Test
    void othersMadeAnotherRootFinal_isSaid_andNothingIsClosed() throws Exception {
        firstEpoch();
        database.jdbi()
                .useHandle(handle ->
                        handle.execute("update payout_epoch set state = 'PROPOSED', root = ?", "0x" + "1".repeat(64)));
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).startsWith("the contract has made another root final for epoch 1");
            assertThat(clerk.problem()).isPresent();
        }
        assertThat(epochs.newest(9)).hasSize(1);
    }

    @Test
    void finalBlockIsDropped_itIsMadeFinalAgain() throws Exception {
        confirmations = 3;
        owes(3000, null, false);
        closeNow();
        chain.pass(DELAY);
        closeNow();
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        chain.pass(DELAY);
        chain.ask("anvil_mine", 5);
        closeNow();
        assertThat(pool.epoch().send()).isEqualTo(1);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        chain.ask("anvil_reorg", 1, List.of());
        assertThat(pool.epoch().send()).isEqualTo(0);
        assertThat(newest().state()).isEqualTo(State.PROPOSED);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        chain.ask("anvil_mine", 5);
        owed.clear();
        closeNow();
        assertThat(newest().state()).isEqualTo(State.FINAL);
    }

    @Test
    void schedule_anEpochIsDueAfterAWholePeriod() throws Exception {
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet"); // there was no income yet
            owes(3000, null, false);
            closeNow();
            chain.pass(DELAY);
            closeNow();
            watch();
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            clock.advance(Duration.ofHours(1));
            assertThat(clerk.turn()).isEqualTo("epoch 1 is proposed");
        }
    }
}
