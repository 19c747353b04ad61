package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decentralizedai.billing.contract.ComputePool;
import org.web3j.abi.EventEncoder;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;
import org.web3j.utils.Numeric;

/** Whether the chain has what an epoch's data says: its root, the hash that the signers put beside it, and every event of its revenue. */
public final class ChainCheck implements AutoCloseable {
    /** As the watcher names postings: ether/CHAIN/TRANSACTION/BLOCK.../INDEX. */
    private static final Pattern EVENT = Pattern.compile("ether/\\d+/([0-9a-f]{64})/[0-9a-f]+/(\\d+)(/\\d+)?");

    private static final String NOBODY = "0x" + "0".repeat(40);

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
        try {
            long chain = web3j.ethChainId().send().getChainId().longValueExact();
            if (chain != data.given().chain())
                return Optional.of("the node is of chain " + chain + ", the epoch of "
                        + data.given().chain());
            var root = root(data);
            if (root.isPresent()) return root;
            for (var spending : data.given().spent()) {
                var difference = event(data.given().contract(), spending);
                if (difference.isPresent()) return difference;
            }
            return hash(data, EpochData.hash(published));
        } catch (Exception e) { // the library names no narrower one
            throw new NodeException("the node gave no answer: " + Reverts.said(e), e);
        }
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

    private Optional<String> hash(EpochData data, String hash) throws Exception {
        var filter = new EthFilter(
                DefaultBlockParameter.valueOf(BigInteger.valueOf(fromBlock)),
                DefaultBlockParameterName.LATEST,
                data.given().contract());
        filter.addSingleTopic(EventEncoder.encode(ComputePool.ROOTPROPOSED_EVENT));
        filter.addSingleTopic(Numeric.toHexStringWithPrefixZeroPadded(
                BigInteger.valueOf(data.given().epoch()), 64));
        String newest = "";
        var answer = web3j.ethGetLogs(filter).send();
        if (answer.hasError()) throw new IllegalStateException(answer.getError().getMessage());
        for (EthLog.LogResult<?> each : answer.getLogs()) {
            var proposed = ComputePool.getRootProposedEventFromLog((Log) each.get());
            if (Numeric.toHexString(proposed.root).equals(data.computed().root())) newest = proposed.dataUri;
        }
        return newest.endsWith("#sha256=" + hash)
                ? Optional.empty()
                : Optional.of("the hash of the data is " + hash + ", signed was " + newest);
    }

    /** What a reorganisation took back is in no block any more, and is not looked for. */
    private Optional<String> event(String contract, EpochInputs.Spending spending) throws Exception {
        if (spending.wei().signum() <= 0) return Optional.empty();
        var name = EVENT.matcher(spending.posting());
        if (!name.matches()) return Optional.of("this names no event of the chain: " + spending.posting());
        var receipt =
                web3j.ethGetTransactionReceipt("0x" + name.group(1)).send().getTransactionReceipt();
        if (receipt.isEmpty()) return Optional.of("no block has transaction 0x" + name.group(1));
        var index = new BigInteger(name.group(2));
        var spent = receipt.get().getLogs().stream()
                .filter(log ->
                        log.getLogIndex().equals(index) && log.getAddress().equalsIgnoreCase(contract))
                .filter(log -> log.getTopics().getFirst().equals(EventEncoder.encode(ComputePool.SPENT_EVENT)))
                .map(ComputePool::getSpentEventFromLog)
                .findFirst();
        if (spent.isEmpty()) return Optional.of("the contract has said nothing of spending at " + spending.posting());
        if (spending.wei().compareTo(spent.get().amount) > 0) // less: the rest made up for what a reorganisation took
        return Optional.of(
                    "the event " + spending.posting() + " is of " + spent.get().amount + " wei, not " + spending.wei());
        return Optional.empty();
    }

    @Override
    public void close() {
        web3j.shutdown();
    }
}
