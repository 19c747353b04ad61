package org.decentralizedai.billing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.decentralizedai.billing.contract.Stage.DELAY;
import static org.decentralizedai.billing.contract.Stage.ETHER;
import static org.decentralizedai.billing.contract.Stage.LABEL;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.protocol.exceptions.TransactionException;

/** The contract on a node, through its generated class, with signatures made in Java. */
final class ComputePoolIT {
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new Stage();
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private static BigInteger wei(long amount) {
        return BigInteger.valueOf(amount);
    }

    @Test
    void life_fromTopUpToClaimAndExit() throws Exception {
        Person alice = stage.rich(), bob = stage.rich(), delegate = stage.person();
        var pool = stage.anybody();

        var deposited = ComputePool.getDepositedEvents(
                stage.by(alice).topUp(alice.address(), LABEL, wei(1000)).send());
        assertThat(deposited).singleElement().satisfies(event -> {
            assertThat(event.account).isEqualTo(stage.account(alice.address()));
            assertThat(event.label).isEqualTo(LABEL);
            assertThat(event.owner).isEqualTo(alice.address());
            assertThat(event.payer).isEqualTo(alice.address());
            assertThat(event.amount).isEqualTo(wei(1000));
        });
        stage.by(bob).topUp(bob.address(), LABEL, wei(500)).send();

        stage.authorise(alice, delegate);
        assertThat(stage.purse(alice).delegate).isEqualTo(delegate.address());
        var redeemed = ComputePool.getSpentEvents(stage.redeem(alice, delegate, wei(300)));
        assertThat(redeemed).singleElement().satisfies(event -> {
            assertThat(event.amount).isEqualTo(wei(300));
            assertThat(event.voucher).isTrue();
        });

        var postings = List.of(new ComputePool.Posting(bob.address(), LABEL, wei(200)));
        var proposed = ComputePool.getSpendingProposedEvents(stage.propose(1, postings));
        assertThat(proposed.getFirst().postings).isEqualTo(Postings.hash(postings));
        stage.chain().pass(DELAY);
        var posted = ComputePool.getSpentEvents(pool.applySpending(postings).send());
        assertThat(posted).singleElement().satisfies(event -> {
            assertThat(event.cumulative).isEqualTo(wei(200));
            assertThat(event.voucher).isFalse();
        });
        assertThat(pool.totalSpent().send()).isEqualTo(wei(500));

        var providers = List.of(
                stage.person().address(),
                stage.person().address(),
                stage.person().address());
        var amounts = List.of(wei(250), wei(150), wei(100));
        var tree = new Tree(providers, amounts);
        stage.propose(1, tree.root(), wei(500));
        stage.chain().pass(DELAY);
        pool.finaliseRoot().send();
        for (int i = 0; i < 3; i++) {
            pool.claim(BigInteger.ONE, providers.get(i), amounts.get(i), tree.proof(i))
                    .send();
            assertThat(stage.balance(providers.get(i))).isEqualTo(amounts.get(i));
        }

        stage.by(alice).requestExit(LABEL, wei(700)).send();
        stage.chain().pass(DELAY);
        var exited =
                ComputePool.getExitedEvents(pool.exit(alice.address(), LABEL).send());
        assertThat(exited.getFirst().amount).isEqualTo(wei(700));

        assertThat(pool.totalClaimed().send()).isEqualTo(wei(500));
        assertThat(stage.poolsBalance()).as("bob's rest").isEqualTo(wei(300));
        var purse = stage.purse(bob);
        assertThat(purse.deposited.subtract(purse.spent)).isEqualTo(wei(300));
    }

    @Test
    void refusals_revert() throws Exception {
        Person alice = stage.rich(), delegate = stage.person(), stranger = stage.person();
        var pool = stage.anybody();
        stage.by(alice).topUp(alice.address(), LABEL, ETHER).send();
        assertThatThrownBy(() -> stage.redeem(alice, delegate, wei(1)))
                .as("before the delegate is authorised")
                .isInstanceOf(TransactionException.class);
        stage.authorise(alice, delegate);
        assertThatThrownBy(() -> stage.redeem(alice, stranger, wei(1))).isInstanceOf(TransactionException.class);
        stage.redeem(alice, delegate, wei(1));
        assertThatThrownBy(() -> stage.redeem(alice, delegate, wei(1)))
                .as("a second time")
                .isInstanceOf(TransactionException.class);
        assertThatThrownBy(() -> stage.propose(1, new byte[32], wei(1))).isInstanceOf(TransactionException.class);
        assertThatThrownBy(() -> pool.finaliseRoot().send()).isInstanceOf(TransactionException.class);
        assertThat(pool.totalSpent().send()).isEqualTo(wei(1));
    }

    @Test
    void formerDelegate_hisVouchersCountForTheDelay() throws Exception {
        Person alice = stage.rich(), delegate = stage.person();
        stage.by(alice).topUp(alice.address(), LABEL, wei(1000)).send();
        stage.authorise(alice, delegate);
        stage.by(alice).revoke(LABEL).send();
        stage.redeem(alice, delegate, wei(300));
        assertThat(stage.purse(alice).spent).isEqualTo(wei(300));
        stage.chain().pass(DELAY + 1);
        assertThatThrownBy(() -> stage.redeem(alice, delegate, wei(400))).isInstanceOf(TransactionException.class);
    }

    @Test
    void posting_takesWhatIsNotLeaving() throws Exception {
        var bob = stage.rich();
        stage.by(bob).topUp(bob.address(), LABEL, wei(500)).send();
        var postings = List.of(new ComputePool.Posting(bob.address(), LABEL, wei(500)));
        stage.propose(1, postings);
        stage.by(bob).requestExit(LABEL, wei(1)).send();
        stage.chain().pass(DELAY);
        var applied = stage.anybody().applySpending(postings).send();
        assertThat(ComputePool.getContestedEvents(applied))
                .singleElement()
                .satisfies(event -> assertThat(event.account).isEqualTo(stage.account(bob.address())));
        assertThat(ComputePool.getSpentEvents(applied))
                .singleElement()
                .satisfies(event -> assertThat(event.amount).isEqualTo(wei(499)));
    }

    @Test
    void claim_shortfall_isPaidInPart() throws Exception {
        Person alice = stage.rich(), delegate = stage.person();
        stage.by(alice).topUp(alice.address(), LABEL, wei(1000)).send();
        stage.authorise(alice, delegate);
        stage.redeem(alice, delegate, wei(300));
        var providers = List.of(stage.person().address(), stage.person().address());
        var tree = new Tree(providers, List.of(wei(200), wei(101)));
        stage.propose(1, tree.root(), wei(300));
        stage.chain().pass(DELAY);
        var pool = stage.anybody();
        pool.finaliseRoot().send();
        pool.claim(BigInteger.ONE, providers.get(0), wei(200), tree.proof(0)).send();
        var claimed = ComputePool.getClaimedEvents(pool.claim(BigInteger.ONE, providers.get(1), wei(101), tree.proof(1))
                .send());
        assertThat(claimed).singleElement().satisfies(event -> {
            assertThat(event.amount).isEqualTo(wei(100));
            assertThat(event.cumulative).isEqualTo(wei(100));
        });
        assertThat(stage.balance(providers.get(1))).isEqualTo(wei(100));
    }
}
