package org.decentralizedai.billing.payout;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.contract.ComputePool;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;
import org.web3j.utils.Numeric;

/**
 * Whether the chain has what an epoch's data says: its root, the hash that the signers put beside it, and just the events that its revenue is made of.
 * Which contract it is comes from the data: who checks must know the right one.
 */
public final class ChainCheck implements AutoCloseable {
    private static final String NOBODY = "0x" + "0".repeat(40);
    private static final int BLOCK = 16; // digits of its hash in the names of postings

    private final Web3j web3j;
    private final long fromBlock;

    /** @param fromBlock before which the contract was not there: nodes refuse long searches */
    public ChainCheck(URI node, long fromBlock) {
        web3j = Web3j.build(new HttpService(node.toString()));
        this.fromBlock = fromBlock;
    }

    /** The first difference, in words; empty: none. @throws NodeException */
    public Optional<String> difference(byte[] published) {
        var data = EpochData.read(published);
        var in = data.given();
        try {
            long chain = web3j.ethChainId().send().getChainId().longValueExact();
            if (chain != in.chain())
                return Optional.of("the node is of chain " + chain + ", the epoch of " + in.chain());
            long head = web3j.ethBlockNumber().send().getBlockNumber().longValueExact();
            if (head < in.read().last())
                return Optional.of("the node has come to block " + head + " only, the epoch has read until block "
                        + in.read().last());
            var root = root(data);
            if (root.isPresent()) return root;
            var spent = new SpentCheck(data, spent(in)).difference();
            return spent.isPresent() ? spent : hash(data, EpochData.hash(published), head);
        } catch (Exception e) { // the library names no narrower one
            throw new NodeException("the node gave no answer: " + Reverts.said(e), e);
        }
    }

    private List<SpentCheck.Event> spent(EpochInputs in) throws IOException {
        return PoolLogSearch.find(
                        web3j,
                        in.contract(),
                        ComputePool.SPENT_EVENT,
                        fromBlock,
                        in.read().last())
                .stream()
                .map(ChainCheck::event)
                .toList();
    }

    private static SpentCheck.Event event(Log log) {
        var name = new SpentCheck.Name(
                Numeric.cleanHexPrefix(log.getTransactionHash()),
                Numeric.cleanHexPrefix(log.getBlockHash()).substring(0, BLOCK),
                log.getLogIndex().longValueExact());
        return new SpentCheck.Event(
                name, log.getBlockNumber().longValueExact(), ComputePool.getSpentEventFromLog(log).amount);
    }

    private Optional<String> root(EpochData data) throws Exception {
        var pool = ComputePool.load(
                data.given().contract(),
                web3j,
                new ReadonlyTransactionManager(web3j, NOBODY),
                new DefaultGasProvider());
        var epoch = BigInteger.valueOf(data.given().epoch());
        var last = pool.roots(epoch).send();
        String root = Numeric.toHexString(last.component1());
        var total = last.component2();
        if (root.equals(PoolState.NONE)) {
            var pending = pool.pendingRoot().send();
            if (!pending.component3().equals(epoch)) return Optional.of("the contract has no root for epoch " + epoch);
            root = Numeric.toHexString(pending.component1());
            total = pending.component2();
        }
        if (!root.equals(data.computed().root()))
            return Optional.of("the root: " + data.computed().root() + " is published, the contract has " + root);
        if (!total.equals(data.computed().total()))
            return Optional.of("the total: " + data.computed().total() + " is published, the contract has " + total);
        return Optional.empty();
    }

    private Optional<String> hash(EpochData data, String hash, long head) throws IOException {
        var epoch = BigInteger.valueOf(data.given().epoch());
        String newest = "";
        for (Log log :
                PoolLogSearch.find(web3j, data.given().contract(), ComputePool.ROOTPROPOSED_EVENT, fromBlock, head)) {
            var proposed = ComputePool.getRootProposedEventFromLog(log);
            if (proposed.epoch.equals(epoch)
                    && Numeric.toHexString(proposed.root).equals(data.computed().root())) newest = proposed.dataUri;
        }
        return newest.endsWith("#sha256=" + hash)
                ? Optional.empty()
                : Optional.of("the hash of the data is " + hash + ", signed was " + newest);
    }

    @Override
    public void close() {
        web3j.shutdown();
    }
}
