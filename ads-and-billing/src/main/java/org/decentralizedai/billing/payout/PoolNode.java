package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.decentralizedai.billing.contract.ComputePool;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DynamicGasProvider;
import org.web3j.utils.Numeric;

/**
 * The contract, read and written through a node. A transaction is sent by the first of the keys, which pays its gas, and waited for; one that
 * the contract would refuse is not sent. All methods throw {@link NodeException}. Used by one thread at a time.
 */
public final class PoolNode implements AutoCloseable {
    private static final String NOBODY = "0x" + "0".repeat(40);
    private static final int ATTEMPTS = 120, PIECE = 1000;

    private final Web3j web3j;
    private final long chain;
    private final long fromBlock;
    private final int confirmations;
    private final @Nullable SteadySender sender; // null: this server has no key
    private final ComputePool pool;
    private final ComputePool settled;

    /**
     * @param fromBlock in which the contract came
     * @param confirmations blocks upon a block before it counts
     * @param pollMillis between two looks for a transaction's block
     * @param alone whether no other server sends with these keys
     */
    public PoolNode(
            URI node,
            long chain,
            String contract,
            long fromBlock,
            int confirmations,
            SignerKeys keys,
            long pollMillis,
            BooleanSupplier alone) {
        web3j = Web3j.build(new HttpService(node.toString()));
        this.chain = chain;
        this.fromBlock = fromBlock;
        this.confirmations = confirmations;
        sender = keys.all().isEmpty()
                ? null
                : new SteadySender(web3j, keys.all().getFirst(), chain, ATTEMPTS, pollMillis, alone);
        var gas = new DynamicGasProvider(web3j);
        var reader = new ReadonlyTransactionManager(web3j, NOBODY);
        pool = ComputePool.load(contract, web3j, sender == null ? reader : sender, gas);
        settled = ComputePool.load(contract, web3j, reader, gas);
    }

    private static <T> T answer(String what, Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) { // the library names no narrower one
            throw new NodeException("the chain gave no answer to " + what + ": " + Reverts.said(e), e);
        }
    }

    /** @throws NodeException also when it is another chain's node */
    public PoolState.Quorum quorum() {
        return answer("what the quorum is", () -> {
            long found = web3j.ethChainId().send().getChainId().longValueExact();
            if (found != chain) throw new IllegalStateException("the node is of chain " + found + ", not " + chain);
            List<?> signers = pool.signers().send();
            return new PoolState.Quorum(
                    signers.stream()
                            .map(signer -> signer.toString().toLowerCase(Locale.ROOT))
                            .toList(),
                    pool.threshold().send().intValueExact(),
                    pool.delay().send().longValueExact(),
                    pool.epochLength().send().longValueExact());
        });
    }

    /** Whether it has a key to send with. */
    boolean sends() {
        return sender != null;
    }

    /** Waits for the transaction that was sent last, if it is in no block yet; nothing else goes before it. */
    void settle() {
        var sends = sender;
        if (sends != null)
            answer("a transaction that waits for its block", () -> {
                sends.settle();
                return true;
            });
    }

    public PoolState state() {
        return answer("the contract's state", () -> {
            var block = web3j.ethGetBlockByNumber(DefaultBlockParameterName.LATEST, false)
                    .send()
                    .getBlock();
            var root = pool.pendingRoot().send();
            var spending = pool.pendingSpending().send();
            return new PoolState(
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
    public PoolState.FinalRoot root(long epoch) {
        return answer("a root", () -> root(pool, epoch));
    }

    /** As of the newest block that counts. */
    public PoolState.FinalRoot confirmedRoot(long epoch) {
        return answer("a confirmed root", () -> {
            long head = web3j.ethBlockNumber().send().getBlockNumber().longValueExact();
            var block = BigInteger.valueOf(Math.max(fromBlock, head - confirmations));
            settled.setDefaultBlockParameter(DefaultBlockParameter.valueOf(block));
            return root(settled, epoch);
        });
    }

    private static PoolState.FinalRoot root(ComputePool pool, long epoch) throws Exception {
        var root = pool.roots(BigInteger.valueOf(epoch)).send();
        return new PoolState.FinalRoot(Numeric.toHexString(root.component1()), root.component2());
    }

    /** All that a provider has claimed, in wei. */
    public BigInteger claimed(String provider) {
        return answer("what was claimed", () -> pool.claimed(provider).send());
    }

    PoolState.Purse purse(String account) {
        return answer("an account", () -> {
            var purse = pool.purse(Numeric.hexStringToByteArray(account)).send();
            return new PoolState.Purse(
                    purse.spent,
                    purse.deposited.subtract(purse.exited),
                    purse.exiting,
                    purse.delegate.toLowerCase(Locale.ROOT));
        });
    }

    /** Of the epoch's newest proposal, until that block, as it was signed; empty: none was found. */
    String proposedUri(long epoch, long block) {
        return answer("what was proposed", () -> {
            for (long to = block; to >= fromBlock; to -= PIECE) {
                var logs = PoolLogSearch.find(
                        web3j,
                        pool.getContractAddress(),
                        ComputePool.ROOTPROPOSED_EVENT,
                        Math.max(fromBlock, to - PIECE + 1),
                        to);
                for (var log : logs.reversed()) {
                    var proposed = ComputePool.getRootProposedEventFromLog(log);
                    if (proposed.epoch.equals(BigInteger.valueOf(epoch))) return proposed.dataUri;
                }
            }
            return "";
        });
    }

    private static List<byte[]> bytes(Iterable<String> signatures) {
        var bytes = new ArrayList<byte[]>();
        signatures.forEach(each -> bytes.add(Numeric.hexStringToByteArray(each)));
        return bytes;
    }

    /** @param signatures in the order of their signers */
    PoolState.Mined proposeRoot(PayoutEpoch epoch, Iterable<String> signatures) {
        return answer(
                "the proposal of epoch " + epoch.number(),
                () -> PoolState.Mined.of(pool.proposeRoot(
                                BigInteger.valueOf(epoch.number()),
                                Numeric.hexStringToByteArray(epoch.root()),
                                epoch.total(),
                                epoch.dataUri(),
                                bytes(signatures))
                        .send()));
    }

    PoolState.Mined finaliseRoot() {
        return answer(
                "the end of an epoch's delay",
                () -> PoolState.Mined.of(pool.finaliseRoot().send()));
    }

    private static List<ComputePool.Posting> postings(List<PoolMessages.Spent> spent) {
        return spent.stream()
                .map(each ->
                        new ComputePool.Posting(each.owner(), Numeric.hexStringToByteArray(each.label()), each.wei()))
                .toList();
    }

    PoolState.Mined proposeSpending(SpendingStore.Spending spending, Iterable<String> signatures) {
        return answer(
                "the proposal of spending " + spending.number(),
                () -> PoolState.Mined.of(pool.proposeSpending(
                                BigInteger.valueOf(spending.number()), postings(spending.postings()), bytes(signatures))
                        .send()));
    }

    PoolState.Mined applySpending(SpendingStore.Spending spending) {
        return answer(
                "applying spending " + spending.number(),
                () -> PoolState.Mined.of(
                        pool.applySpending(postings(spending.postings())).send()));
    }

    PoolState.Mined authorise(PoolMessages.Spent account, Owing.Delegation delegation) {
        return answer(
                "a delegation",
                () -> PoolState.Mined.of(pool.authorise(
                                account.owner(),
                                Numeric.hexStringToByteArray(account.label()),
                                delegation.delegate(),
                                Numeric.hexStringToByteArray(delegation.signature()))
                        .send()));
    }

    PoolState.Mined redeem(PoolMessages.Spent spent, String voucher) {
        return answer(
                "a voucher",
                () -> PoolState.Mined.of(pool.redeem(
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
