package org.decentralizedai.billing.pool;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.response.EthBlock;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;

/** A node over HTTP. */
final class NodeView implements ChainView {
    private final Web3j node;
    private final long chain;
    private final String contract;

    /** @param contract address */
    NodeView(Web3j node, long chain, String contract) {
        this.node = node;
        this.chain = chain;
        this.contract = contract;
    }

    /** @param patience with each call */
    static Web3j node(String address, Duration patience) {
        var client = HttpService.getOkHttpClientBuilder()
                .connectTimeout(patience)
                .callTimeout(patience)
                .build();
        return Web3j.build(new HttpService(address, client));
    }

    static PoolTerms terms(Web3j node, String contract) {
        var pool = reader(node, contract);
        try {
            var delay = Duration.ofSeconds(pool.delay().send().longValueExact());
            return new PoolTerms(pool.cap().send(), delay);
        } catch (Exception e) { // the library names no narrower one
            throw new ChainFault(Code.NO_ANSWER, "terms: " + e.getClass().getSimpleName());
        }
    }

    private static ComputePool reader(Web3j node, String contract) {
        return ComputePool.load(
                contract, node, new ReadonlyTransactionManager(node, contract), new DefaultGasProvider());
    }

    @Override
    public void check() {
        var id = asked(node.ethChainId()).getChainId();
        if (!id.equals(BigInteger.valueOf(chain)))
            throw new ChainFault(Code.WRONG_CHAIN, "the node is of chain " + id + ", not of " + chain);
        String code = asked(node.ethGetCode(contract, DefaultBlockParameterName.LATEST))
                .getCode();
        if (code == null || code.length() <= 2)
            throw new ChainFault(Code.NO_CONTRACT, "there is no contract at " + contract);
    }

    @Override
    public long head() {
        return asked(node.ethBlockNumber()).getBlockNumber().longValueExact();
    }

    @Override
    public Optional<Block> block(long number) {
        return told(number).map(block -> new Block(number, block.getHash(), block.getParentHash()));
    }

    /** When a block was made, as it says itself. */
    Instant madeAt(long number) {
        return told(number)
                .map(block -> Instant.ofEpochSecond(block.getTimestamp().longValueExact()))
                .orElseThrow(() -> new ChainFault(Code.BEHIND, "the node does not have block " + number));
    }

    private Optional<EthBlock.Block> told(long number) {
        var block = said(node.ethGetBlockByNumber(at(number), false)).getBlock();
        if (block == null || block.getHash() == null) return Optional.empty();
        if (block.getNumber().longValueExact() != number)
            throw new ChainFault(Code.INCONSISTENT, "asked for block " + number + ", got " + block.getNumber());
        return Optional.of(block);
    }

    private static DefaultBlockParameter at(long number) {
        return DefaultBlockParameter.valueOf(BigInteger.valueOf(number));
    }

    @Override
    public List<PoolEvent> events(long from, long to) {
        var events = PoolLogs.read(logs(new EthFilter(at(from), at(to), contract)));
        for (PoolEvent event : events)
            if (event.place().block() < from || event.place().block() > to)
                throw new ChainFault(Code.INCONSISTENT, "an event is not of the blocks that were asked for");
        return events;
    }

    @Override
    public List<PoolEvent> events(Block block) {
        var events = PoolLogs.read(logs(new EthFilter(block.hash(), contract)));
        for (PoolEvent event : events)
            if (!event.place().blockHash().equals(block.hash()) || event.place().block() != block.number())
                throw new ChainFault(Code.INCONSISTENT, "an event is not of the block that was asked for");
        return events;
    }

    @Override
    public PoolTotals totals(long block) {
        var pool = reader(node, contract);
        pool.setDefaultBlockParameter(at(block));
        try {
            return new PoolTotals(
                    pool.totalDeposited().send(),
                    pool.totalExited().send(),
                    pool.totalSpent().send(),
                    pool.totalClaimed().send());
        } catch (Exception e) { // the library names no narrower one
            throw new ChainFault(Code.NO_ANSWER, "totals: " + e.getClass().getSimpleName());
        }
    }

    private List<Log> logs(EthFilter filter) {
        var logs = new ArrayList<Log>();
        for (EthLog.LogResult<?> result : asked(node.ethGetLogs(filter)).getLogs()) {
            if (!(result.get() instanceof Log log))
                throw new ChainFault(Code.NO_ANSWER, "the node answered hashes instead of logs");
            if (!contract.equalsIgnoreCase(log.getAddress()))
                throw new ChainFault(Code.INCONSISTENT, "a log is of another contract");
            if (!log.isRemoved()) logs.add(log);
        }
        return logs;
    }

    /** With a result: a node that answers without one has not answered. */
    private static <T extends Response<?>> T asked(Request<?, T> request) {
        var answer = said(request);
        if (answer.getResult() == null)
            throw new ChainFault(Code.NO_ANSWER, request.getMethod() + ": the node answered nothing");
        return answer;
    }

    private static <T extends Response<?>> T said(Request<?, T> request) {
        T answer;
        try {
            answer = request.send();
        } catch (IOException
                | RuntimeException e) { // no connection, a time-out, or no JSON: the message may hold the address
            throw new ChainFault(
                    Code.NO_ANSWER, request.getMethod() + ": " + e.getClass().getSimpleName());
        }
        if (answer.hasError())
            throw new ChainFault(
                    Code.NO_ANSWER,
                    request.getMethod() + ": error " + answer.getError().getCode());
        if (!Objects.equals(answer.getId(), request.getId()))
            throw new ChainFault(Code.NO_ANSWER, request.getMethod() + ": the answer to another question");
        return answer;
    }
}
