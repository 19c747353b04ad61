package org.decentralizedai.billing.payout;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Event;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.Log;

/** The contract's events of a kind. */
final class PoolLogSearch {
    private PoolLogSearch() {}

    /**
     * Oldest first. What the node refuses is asked for in halves, since nodes limit how much they search at once.
     *
     * @param to the last block that is searched
     */
    static List<Log> find(Web3j web3j, String contract, Event event, long from, long to) throws IOException {
        var filter = new EthFilter(block(from), block(to), contract);
        filter.addSingleTopic(EventEncoder.encode(event));
        var answer = web3j.ethGetLogs(filter).send();
        var found = new ArrayList<Log>();
        if (answer.hasError()) {
            if (from >= to) throw new IllegalStateException(answer.getError().getMessage());
            long middle = from + (to - from) / 2;
            found.addAll(find(web3j, contract, event, from, middle));
            found.addAll(find(web3j, contract, event, middle + 1, to));
            return found;
        }
        for (EthLog.LogResult<?> each : answer.getLogs()) found.add((Log) each.get());
        return found;
    }

    private static DefaultBlockParameter block(long number) {
        return DefaultBlockParameter.valueOf(BigInteger.valueOf(number));
    }
}
