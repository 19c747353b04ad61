package org.decentralizedai.billing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.billing.contract.Stage.DELAY;
import static org.decentralizedai.billing.contract.Stage.EPOCH;
import static org.decentralizedai.billing.contract.Stage.ETHER;
import static org.decentralizedai.billing.contract.Stage.LABEL;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Hash;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;

/**
 * What the contract's functions cost. The table in {@code docs/contract.md} must say the same: after a change, take it from
 * {@code target/contracts/gas.md}.
 */
final class GasIT {
    private static final Path DOCUMENT = Path.of("../docs/contract.md"), MEASURED = Path.of("target/contracts/gas.md");
    private static final BigInteger GWEI = BigInteger.TEN.pow(9);

    private final StringBuilder table = new StringBuilder("| transaction | gas |\n|---|---:|\n");

    private void row(String name, TransactionReceipt receipt) {
        table.append(String.format(
                Locale.ROOT, "| %s | %,d |%n", name, receipt.getGasUsed().longValueExact()));
    }

    @Test
    void table_isTheDocuments() throws Exception {
        try (var stage = new Stage()) {
            customers(stage);
            postings(stage);
            providers(stage);
        }
        Files.writeString(MEASURED, table);
        System.out.println(table);
        assertThat(Files.readString(DOCUMENT)).contains(table);
    }

    private void customers(Stage stage) throws Exception {
        Person alice = stage.rich(), delegate = stage.person();
        stage.anybody().topUp(stage.person().address(), LABEL, ETHER).send(); // the contract's first of all
        row(
                "top up, an account's first",
                stage.by(alice).topUp(alice.address(), LABEL, ETHER).send());
        row(
                "top up, later",
                stage.by(alice).topUp(alice.address(), LABEL, ETHER).send());
        row("authorise a delegate", stage.authorise(alice, delegate));
        stage.redeem(alice, delegate, GWEI);
        row("redeem a voucher", stage.redeem(alice, delegate, GWEI.add(GWEI)));
        stage.by(alice).requestExit(LABEL, ETHER).send();
        row("cancel an exit", stage.by(alice).cancelExit(LABEL).send());
        row("request an exit", stage.by(alice).requestExit(LABEL, ETHER).send());
        stage.chain().pass(DELAY);
        row("exit", stage.anybody().exit(alice.address(), LABEL).send());
        row("revoke", stage.by(alice).revoke(LABEL).send());
    }

    private void postings(Stage stage) throws Exception {
        var owners =
                Stream.generate(stage::person).map(Person::address).limit(100).toList();
        for (String owner : owners) stage.anybody().topUp(owner, LABEL, ETHER).send();
        int number = 0;
        for (int count : List.of(1, 10, 100)) {
            long spent = ++number * 1_000_000_000L;
            var postings = owners.stream()
                    .limit(count)
                    .sorted(Comparator.comparing(GasIT::account))
                    .map(owner -> new ComputePool.Posting(owner, LABEL, BigInteger.valueOf(spent)))
                    .toList();
            row("propose spending of " + count, stage.propose(number, postings));
            stage.chain().pass(EPOCH);
            row(
                    "apply spending of " + count,
                    stage.anybody().applySpending(postings).send());
        }
    }

    private static String account(String owner) {
        return Hash.sha3("0x" + "0".repeat(24) + owner.substring(2) + Numeric.toHexStringNoPrefix(LABEL));
    }

    private void providers(Stage stage) throws Exception {
        var alice = stage.rich();
        var delegate = stage.person();
        stage.by(alice)
                .topUp(alice.address(), LABEL, ETHER.multiply(BigInteger.TWO))
                .send();
        stage.authorise(alice, delegate);
        stage.redeem(alice, delegate, ETHER);
        long epoch = 0;
        for (int leaves : List.of(10, 1_000, 100_000)) {
            var providers = IntStream.range(0, leaves)
                    .mapToObj(i -> "0x" + Hash.sha3String("provider " + i).substring(26))
                    .toList();
            var amount = GWEI.multiply(BigInteger.valueOf(++epoch));
            var tree = new Tree(providers, Collections.nCopies(leaves, amount));
            var proposed = stage.propose(epoch, tree.root(), amount.multiply(BigInteger.valueOf(leaves)));
            stage.chain().pass(DELAY);
            var finalised = stage.anybody().finaliseRoot().send();
            if (epoch == 3) {
                row("propose a root", proposed);
                row("make a root final", finalised);
            }
            var number = BigInteger.valueOf(epoch);
            int fresh = (int) epoch; // whose address has never had any ether; the first of all was paid before
            if (epoch == 1)
                stage.anybody()
                        .claim(number, providers.get(0), amount, tree.proof(0))
                        .send();
            row(
                    String.format(Locale.ROOT, "claim, first of an empty address, one of %,d", leaves),
                    stage.anybody()
                            .claim(number, providers.get(fresh), amount, tree.proof(fresh))
                            .send());
            if (epoch > 1)
                row(
                        String.format(Locale.ROOT, "claim, later, one of %,d", leaves),
                        stage.anybody()
                                .claim(number, providers.get(0), amount, tree.proof(0))
                                .send());
        }
    }
}
