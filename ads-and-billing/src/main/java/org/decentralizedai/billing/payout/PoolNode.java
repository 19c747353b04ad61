package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.decentralizedai.billing.contract.ComputePool;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.DynamicGasProvider;
import org.web3j.utils.Numeric;

/**
 * The contract, read and written through a node. A transaction is sent by the first of the keys, which pays its gas, and waited for; one that
 * the contract would refuse is not sent. All methods throw {@link NodeException}. Used by one thread at a time.
 */
public final class PoolNode implements AutoCloseable {
    private static final String NOBODY = "0x" + "0".repeat(40);
    private static final int ATTEMPTS = 120;

    /** Quorum and times of the contract, which never change. @param signers in small letters @param delay seconds, as epochLength is */
    public record Quorum(List<String> signers, int threshold, long delay, long epochLength) {}

    /**
     * The contract as of the newest block.
     *
     * @param now time of that block, seconds since 1970, as the others
     * @param pendingRoot 0x and zeros: none
     * @param pendingPostings their hash; 0x and zeros: none
     * @param spending number of the last proposal of spending
     */
    public record State(
            long block,
            long now,
            long epoch,
            String pendingRoot,
            BigInteger pendingTotal,
            long rootReadyAt,
            String pendingPostings,
            long spending,
            long spendingReadyAt) {
        static final String NONE = "0x" + "0".repeat(64);

        boolean rootPends() {
            return !pendingRoot.equals(NONE);
        }

        boolean spendingPends() {
            return !pendingPostings.equals(NONE);
        }
    }

    /** A transaction that is in a block. */
    public record Mined(String transaction, long block) {
        static Mined of(TransactionReceipt receipt) {
            return new Mined(
                    receipt.getTransactionHash(), receipt.getBlockNumber().longValueExact());
        }
    }

    /** @param root zeros: the epoch is not final */
    public record FinalRoot(String root, BigInteger total) {
        public boolean there() {
            return !root.equals(State.NONE);
        }
    }

    private final Web3j web3j;
    private final long chain;
    private final long fromBlock;
    private final int confirmations;
    private final ComputePool pool;
    private final ComputePool settled;

    /**
     * @param fromBlock in which the contract came
     * @param confirmations blocks upon a block before it counts
     * @param pollMillis between two looks for a transaction's block
     */
    public PoolNode(
            URI node,
            long chain,
            String contract,
            long fromBlock,
            int confirmations,
            SignerKeys keys,
            long pollMillis) {
        web3j = Web3j.build(new HttpService(node.toString()));
        this.chain = chain;
        this.fromBlock = fromBlock;
        this.confirmations = confirmations;
        TransactionManager sender = keys.all().isEmpty()
                ? new ReadonlyTransactionManager(web3j, NOBODY)
                : new RawTransactionManager(web3j, keys.all().getFirst(), chain, ATTEMPTS, pollMillis);
        var gas = new DynamicGasProvider(web3j);
        pool = ComputePool.load(contract, web3j, sender, gas);
        settled = ComputePool.load(contract, web3j, new ReadonlyTransactionManager(web3j, NOBODY), gas);
    }

    private static <T> T answer(String what, Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) { // the library names no narrower one
            throw new NodeException("the chain gave no answer to " + what + ": " + Reverts.said(e), e);
        }
    }

    /** @throws NodeException also when it is another chain's node */
    public Quorum quorum() {
        return answer("what the quorum is", () -> {
            long found = web3j.ethChainId().send().getChainId().longValueExact();
            if (found != chain) throw new IllegalStateException("the node is of chain " + found + ", not " + chain);
            List<?> signers = pool.signers().send();
            return new Quorum(
                    signers.stream()
                            .map(signer -> signer.toString().toLowerCase(Locale.ROOT))
                            .toList(),
                    pool.threshold().send().intValueExact(),
                    pool.delay().send().longValueExact(),
                    pool.epochLength().send().longValueExact());
        });
    }

    public State state() {
        return answer("the contract's state", () -> {
            var block = web3j.ethGetBlockByNumber(DefaultBlockParameterName.LATEST, false)
                    .send()
                    .getBlock();
            var root = pool.pendingRoot().send();
            var spending = pool.pendingSpending().send();
            return new State(
                    block.getNumber().longValueExact(),
                    block.getTimestamp().longValueExact(),
                    pool.epoch().send().longValueExact(),
                    Numeric.toHexString(root.component1()),
                    root.component2(),
                    root.component4().longValueExact(),
                    Numeric.toHexString(spending.component1()),
                    spending.component2().longValueExact(),
                    spending.component3().longValueExact());
        });
    }

    /** As of the newest block. */
    public FinalRoot root(long epoch) {
        return answer("a root", () -> root(pool, epoch));
    }

    /** As of the newest block that counts. */
    public FinalRoot confirmedRoot(long epoch) {
        return answer("a confirmed root", () -> {
            long head = web3j.ethBlockNumber().send().getBlockNumber().longValueExact();
            var block = BigInteger.valueOf(Math.max(fromBlock, head - confirmations));
            settled.setDefaultBlockParameter(DefaultBlockParameter.valueOf(block));
            return root(settled, epoch);
        });
    }

    private static FinalRoot root(ComputePool pool, long epoch) throws Exception {
        var root = pool.roots(BigInteger.valueOf(epoch)).send();
        return new FinalRoot(Numeric.toHexString(root.component1()), root.component2());
    }

    /** All that a provider has claimed, in wei. */
    public BigInteger claimed(String provider) {
        return answer("what was claimed", () -> pool.claimed(provider).send());
    }

    public BigInteger spent(String account) {
        return answer(
                "what an account has spent",
                () -> pool.purse(Numeric.hexStringToByteArray(account)).send().spent);
    }

    private static List<byte[]> bytes(Iterable<String> signatures) {
        var bytes = new java.util.ArrayList<byte[]>();
        signatures.forEach(each -> bytes.add(Numeric.hexStringToByteArray(each)));
        return bytes;
    }

    /** @param signatures in the order of their signers */
    Mined proposeRoot(PayoutEpoch epoch, Iterable<String> signatures) {
        return answer(
                "the proposal of epoch " + epoch.number(),
                () -> Mined.of(pool.proposeRoot(
                                BigInteger.valueOf(epoch.number()),
                                Numeric.hexStringToByteArray(epoch.root()),
                                epoch.total(),
                                epoch.dataUri(),
                                bytes(signatures))
                        .send()));
    }

    Mined finaliseRoot() {
        return answer(
                "the end of an epoch's delay",
                () -> Mined.of(pool.finaliseRoot().send()));
    }

    private static List<ComputePool.Posting> postings(List<PoolMessages.Spent> spent) {
        return spent.stream()
                .map(each ->
                        new ComputePool.Posting(each.owner(), Numeric.hexStringToByteArray(each.label()), each.wei()))
                .toList();
    }

    Mined proposeSpending(SpendingStore.Spending spending, Iterable<String> signatures) {
        return answer(
                "the proposal of spending " + spending.number(),
                () -> Mined.of(pool.proposeSpending(
                                BigInteger.valueOf(spending.number()), postings(spending.postings()), bytes(signatures))
                        .send()));
    }

    Mined applySpending(SpendingStore.Spending spending) {
        return answer(
                "applying spending " + spending.number(),
                () -> Mined.of(pool.applySpending(postings(spending.postings())).send()));
    }

    Mined redeem(PoolMessages.Spent spent, String voucher) {
        return answer(
                "a voucher",
                () -> Mined.of(pool.redeem(
                                spent.owner(),
                                Numeric.hexStringToByteArray(spent.label()),
                                spent.wei(),
                                Numeric.hexStringToByteArray(voucher))
                        .send()));
    }

    @Override
    public void close() {
        web3j.shutdown();
    }
}
