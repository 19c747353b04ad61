package org.decentralizedai.billing.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.pool.DevChain;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.tx.RawTransactionManager;

/** A chain with a pool of three signers, two of whom are a quorum, and what it takes to sign for it. */
final class Stage implements AutoCloseable {
    static final BigInteger ETHER = BigInteger.TEN.pow(18), CAP = ETHER;
    static final long DELAY = 2 * 24 * 3600, EPOCH = 7 * 24 * 3600;
    static final byte[] LABEL = Arrays.copyOf("acct_1".getBytes(US_ASCII), 32);

    private final Random random = new Random(7);
    private final DevChain chain;
    private final List<Person> signers = Stream.generate(this::person)
            .limit(3)
            .sorted(Comparator.comparing(Person::address))
            .toList();
    private final String address;
    private final TypedData typed;

    Stage() throws IOException {
        chain = DevChain.start(DevChain.anvil(Path.of("")));
        address = chain.deploy(signers.stream().map(Person::address).toList(), 2, DELAY, EPOCH, CAP)
                .contract();
        typed = new TypedData(Chain.DEVELOPMENT, address);
    }

    Person person() {
        return Person.of(random);
    }

    /** Somebody with 100 ether. */
    Person rich() throws IOException {
        var person = person();
        chain.fund(person.address(), ETHER.multiply(BigInteger.valueOf(100)));
        return person;
    }

    DevChain chain() {
        return chain;
    }

    TypedData typed() {
        return typed;
    }

    /** The pool for somebody who can't pay for anything but gas that others gave him. */
    ComputePool anybody() throws IOException {
        return ComputePool.load(address, chain.web3j(), chain.unlocked(1), DevChain.GAS);
    }

    ComputePool by(Person person) {
        var sender = new RawTransactionManager(chain.web3j(), person.credentials(), Chain.DEVELOPMENT, 100, 50);
        return ComputePool.load(address, chain.web3j(), sender, DevChain.GAS);
    }

    BigInteger balance(String of) throws IOException {
        return chain.web3j()
                .ethGetBalance(of, DefaultBlockParameterName.LATEST)
                .send()
                .getBalance();
    }

    BigInteger poolsBalance() throws IOException {
        return balance(address);
    }

    byte[] account(String owner) throws Exception {
        return anybody().accountOf(owner, LABEL).send();
    }

    ComputePool.Purse purse(Person owner) throws Exception {
        return anybody().purse(account(owner.address())).send();
    }

    TransactionReceipt authorise(Person owner, Person delegate) throws Exception {
        byte[] hash = typed.delegation(
                account(owner.address()),
                delegate.address(),
                purse(owner).delegations.longValueExact());
        return anybody()
                .authorise(owner.address(), LABEL, delegate.address(), owner.sign(hash))
                .send();
    }

    TransactionReceipt redeem(Person owner, Person delegate, BigInteger spent) throws Exception {
        byte[] voucher = delegate.sign(typed.voucher(account(owner.address()), spent));
        return anybody().redeem(owner.address(), LABEL, spent, voucher).send();
    }

    TransactionReceipt propose(long number, List<ComputePool.Posting> postings) throws Exception {
        var signatures = quorum(typed.spending(number, Postings.hash(postings)));
        return anybody()
                .proposeSpending(BigInteger.valueOf(number), postings, signatures)
                .send();
    }

    TransactionReceipt propose(long epoch, byte[] root, BigInteger total) throws Exception {
        String uri = "epochs/" + epoch + ".json";
        var signatures = quorum(typed.root(epoch, root, total, uri));
        return anybody()
                .proposeRoot(BigInteger.valueOf(epoch), root, total, uri, signatures)
                .send();
    }

    private List<byte[]> quorum(byte[] hash) {
        return signers.stream().limit(2).map(signer -> signer.sign(hash)).toList();
    }

    @Override
    public void close() {
        chain.close();
    }
}
