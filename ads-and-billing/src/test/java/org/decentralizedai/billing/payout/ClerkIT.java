package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.response.EthBlock;
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
                            "\"wei\":\"", "the event 0x",
                            "\"posting\":\"ether/31337/", "the contract has said nothing of spending in 0x",
                            "\"total\":\"", "the total: ",
                            "\"root\":\"0x", "the root: ",
                            "\"chain\":", "the node is of chain 31337")
                    .forEach((field, said) -> assertThat(check.difference(changed(text, field)))
                            .as(field)
                            .hasValueSatisfying(sentence -> assertThat(sentence).startsWith(said)));
        }
    }

    /** By a signer who computes everything again after he has left an event out, or has put one in. */
    @Test
    void eventsForged_andTheRestComputedAgain_isFound() throws Exception {
        firstEpoch();
        var in = EpochData.read(epochs.data(1).orElseThrow()).given();
        var twice = new ArrayList<>(in.spent());
        twice.add(new EpochInputs.Spending(in.spent().getFirst().posting() + "/2", "", BigInteger.valueOf(3000)));
        for (var spent : List.of(twice, List.<EpochInputs.Spending>of())) {
            byte[] forged = EpochData.of(new EpochInputs(
                            1,
                            in.closedAtMillis(),
                            CHAIN,
                            in.contract(),
                            in.read(),
                            in.served(),
                            10,
                            BigInteger.ZERO,
                            spent,
                            in.trained(),
                            in.serving(),
                            in.unassigned(),
                            in.addresses(),
                            in.before(),
                            null))
                    .bytes();
            assertThat(EpochCheck.difference(forged, null)).isEmpty();
            try (var check = new ChainCheck(chain.address(), 0)) {
                assertThat(check.difference(forged)).isPresent();
            }
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
            clerk.turn(); // nothing has changed: it is not tried again
            assertThat(clerk.problem()).isEmpty();
            assertThat(clerk.refusals()).isEqualTo(1);
        }
        try (var clerk = clerk()) { // without a key it brings nothing
            owes(20, voucher(20, owner, owner), true);
            clerk.turn();
            assertThat(clerk.refusals()).isZero();
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

    /** A voucher that the contract does not take, before a good one, and a customer without one. */
    @Test
    void voucherRefused_theOthersCount_andTheEpochCloses() throws Exception {
        owes(3000, null, false);
        var bad = Credentials.create(Keys.createEcKeyPair());
        var good = Credentials.create(Keys.createEcKeyPair());
        for (var owner : List.of(bad, good))
            pool.topUp(owner.getAddress(), Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(9000))
                    .send();
        var signed = voucher(500, bad, good);
        owed.addFirst(debt(good, 700, voucher(700, good, good)));
        owed.addFirst(debt(bad, 500, new Owing.Voucher("0x12", signed.first())));
        var refusedFirst = new Owing.Delegation(good.getAddress(), "0x12"); // nor was he authorised: he is posted
        var third = Credentials.create(Keys.createEcKeyPair());
        pool.topUp(third.getAddress(), Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(9000))
                .send();
        owed.addFirst(debt(third, 40, new Owing.Voucher("0x12", refusedFirst)));
        assertThat(closeNow()).isEqualTo("spending 1 is proposed");
        assertThat(pool.totalSpent().send()).isEqualTo(700);
        chain.pass(DELAY);
        closeNow();
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        assertThat(newest().revenue()).isEqualTo(3740);
    }

    private static Owing.Owed debt(Credentials owner, long wei, Owing.Voucher voucher) {
        return new Owing.Owed(
                new PoolMessages.Spent(owner.getAddress(), LABEL, BigInteger.valueOf(wei)), voucher, false);
    }

    /** By others, while ours pends: another root, then ours with another total, then ours with the hash of other data. */
    @Test
    void otherProposalTakesOurPlace_oursTakesItBack_andIsMadeFinal() throws Exception {
        untilProposed();
        var ours = newest();
        var others = List.<Object[]>of(
                new Object[] {"0x" + "1".repeat(64), 3000L, "x"},
                new Object[] {ours.root(), 2999L, ours.dataUri()},
                new Object[] {ours.root(), 3000L, "/epochs/1.json#sha256=" + "0".repeat(64)});
        for (int i = 0; i < others.size(); i++) {
            propose(1, (String) others.get(i)[0], (Long) others.get(i)[1], (String) others.get(i)[2]);
            chain.pass(DELAY);
            assertThat(closeNow()).isEqualTo("another root was proposed for epoch 1; epoch 1 is proposed");
            assertThat(newest().dataUri()).isEqualTo("/epochs/1.json?again=" + (i + 2) + "#sha256=" + ours.dataHash());
            assertThat(Numeric.toHexString(pool.pendingRoot().send().component1()))
                    .isEqualTo(ours.root());
        }
        chain.pass(DELAY);
        closeNow();
        assertThat(pool.epoch().send()).isEqualTo(1);
        check(1);
    }

    private void untilProposed() throws Exception {
        owes(3000, null, false);
        closeNow();
        chain.pass(DELAY);
        closeNow();
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        owed.clear();
    }

    @Test
    void othersMadeAnotherRootFinal_isSaid_andNothingIsClosed() throws Exception {
        untilProposed();
        propose(1, "0x" + "1".repeat(64), 3000, "x");
        chain.pass(DELAY);
        pool.finaliseRoot().send();
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).startsWith("the contract has made another root final for epoch 1");
            assertThat(clerk.problem()).isPresent();
        }
        assertThat(epochs.newest(9)).hasSize(1);
    }

    /** Nobody has a weight, so that no epoch closes: what is spent is posted all the same, a period later. */
    @Test
    void nobodyHasWorked_nextPeriodsSpendingIsPosted() throws Exception {
        trained.clear();
        try (var clerk = clerk(0, 2)) {
            owes(3000, null, false);
            clerk.closeNow();
            chain.pass(DELAY);
            clerk.turn();
            watch();
            clock.advance(Duration.ofMillis(1));
            assertThat(clerk.turn()).isEqualTo("there is nothing to share out");
            owes(4000, null, false);
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            clock.advance(Duration.ofHours(1));
            chain.pass(EPOCH);
            assertThat(clerk.turn()).isEqualTo("spending 2 is proposed");
            chain.pass(DELAY);
            clerk.turn();
            assertThat(pool.totalSpent().send()).isEqualTo(4000);
            watch();
            clerk.turn();
            trained.put("k", 1L);
            clock.advance(Duration.ofHours(1));
            clerk.turn();
            assertThat(newest().revenue()).isEqualTo(4000);
        }
    }

    /** Ours is larger than any block holds, as far as the contract can say: it is not those postings. */
    @Test
    void postingCantBeApplied_epochCloses_andTheNextIsProposedInItsPlace() throws Exception {
        owes(3000, null, false);
        closeNow();
        database.jdbi().useHandle(handle -> handle.execute("update payout_spending set postings = '[]'"));
        chain.pass(DELAY);
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).isEqualTo("there is nothing to share out");
            assertThat(clerk.refusals()).isEqualTo(1);
            chain.pass(EPOCH);
            assertThat(clerk.closeNow()).isEqualTo("spending 2 is proposed");
        }
    }

    /** The same turn again and again, while no block comes: one transaction waits, not many; the next block has it. */
    @Test
    void noBlockComes_theTransactionIsReplaced_notRepeated() throws Exception {
        owes(3000, null, false);
        chain.ask("evm_setAutomine", false);
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).startsWith("the chain gave no answer to the proposal of spending 1");
            var first = waiting();
            assertThat(clerk.closeNow()).startsWith("the chain gave no answer to a transaction that waits");
            assertThat(waiting()).isGreaterThan(first);
            var sender = signers.getFirst().getAddress();
            assertThat(count(sender, DefaultBlockParameterName.PENDING)).isEqualTo(1);
            assertThat(count(sender, DefaultBlockParameterName.LATEST)).isZero();
            chain.ask("evm_setAutomine", true);
            chain.ask("anvil_mine", 1);
            assertThat(count(sender, DefaultBlockParameterName.LATEST)).isEqualTo(1);
            assertThat(clerk.closeNow()).startsWith("spending 1 waits until ");
        }
    }

    /** What the only transaction that waits pays for gas. */
    private BigInteger waiting() throws Exception {
        var block = chain.web3j()
                .ethGetBlockByNumber(DefaultBlockParameterName.PENDING, true)
                .send()
                .getBlock();
        assertThat(block.getTransactions()).hasSize(1);
        return ((EthBlock.TransactionObject) block.getTransactions().getFirst()).getGasPrice();
    }

    private BigInteger count(String address, DefaultBlockParameterName block) throws Exception {
        return chain.web3j().ethGetTransactionCount(address, block).send().getTransactionCount();
    }

    @Test
    void moreDebtsThanAPostingHolds_theLargestArePosted_dustIsNot() throws Exception {
        minimum = BigInteger.TEN;
        owes(5, null, false); // dust
        for (int i = 0; i < SpendingDesk.POSTINGS + 1; i++) {
            String owner = "0x" + String.format("%040x", i + 1);
            pool.topUp(owner, Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(1000))
                    .send();
            owed.add(new Owing.Owed(new PoolMessages.Spent(owner, LABEL, BigInteger.valueOf(100 + i)), null, false));
        }
        assertThat(closeNow()).isEqualTo("spending 1 is proposed");
        var posted = new SpendingStore(database.jdbi(), clock).find(1).orElseThrow();
        assertThat(posted.postings())
                .hasSize(SpendingDesk.POSTINGS)
                .extracting(PoolMessages.Spent::wei)
                .doesNotContain(BigInteger.valueOf(5), BigInteger.valueOf(100));
        chain.pass(DELAY);
        closeNow();
        assertThat(pool.totalSpent().send()).isEqualTo(500 * 100 + 500 * 501 / 2);
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
    void eventsAreKnownToBeMissing_noEpochIsClosed_alsoWithoutKeys() throws Exception {
        owes(3000, null, false);
        closeNow();
        chain.pass(DELAY);
        closeNow();
        watch();
        settled = false;
        try (var keyless = clerk();
                var clerk = clerk(0, 2)) {
            for (var each : List.of(keyless, clerk)) {
                assertThat(each.closeNow()).startsWith("an epoch is closed as soon as the chain is read");
                assertThat(epochs.newest()).isEmpty();
            }
            settled = true;
            overtaken = 1; // the books go on between the question and the closing
            assertThat(clerk.turn()).startsWith("an epoch is closed as soon as the chain is read");
            assertThat(epochs.newest()).isEmpty();
            assertThat(clerk.turn()).as("it is still wanted").isEqualTo("epoch 1 is proposed");
        }
    }

    @Test
    void schedule_anEpochIsDueAfterAWholePeriod() throws Exception {
        try (var clerk = clerk(0, 2)) {
            owes(3000, null, false);
            clock.advance(Duration.ofHours(1));
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet"); // there was no deposit yet
            ledger.post(new Posting(
                    "deposit",
                    Posting.Kind.DEPOSIT,
                    null,
                    "",
                    List.of(
                            new Entry(Account.chain(), BigInteger.TEN.negate()),
                            new Entry(Account.deposit("x"), BigInteger.TEN))));
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            clock.advance(Duration.ofHours(1));
            assertThat(clerk.turn()).isEqualTo("spending 1 is proposed");
            chain.pass(DELAY);
            clerk.turn();
            watch();
            assertThat(clerk.turn()).isEqualTo("epoch 1 is proposed");
        }
    }
}
