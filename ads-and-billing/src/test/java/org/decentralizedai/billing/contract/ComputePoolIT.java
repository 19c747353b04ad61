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
}
