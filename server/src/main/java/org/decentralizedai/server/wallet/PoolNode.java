package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.server.edge.RequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.RemoteFunctionCall;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/** What the chain's node says now, before anything is confirmed: for the page to show, never to book. Thread-safe. */
final class PoolNode {
    private static final Logger LOG = LoggerFactory.getLogger(PoolNode.class);

    private final Web3j node;
    private final ComputePool contract;

    PoolNode(Web3j node, ComputePool contract) {
        this.node = node;
        this.contract = contract;
    }

    /** Empty while no block has the transaction. */
    Optional<TransactionReceipt> receipt(String hash) {
        return answer(node.ethGetTransactionReceipt(hash)).getTransactionReceipt();
    }

    /** Whether the node has heard of the transaction. */
    boolean knows(String hash) {
        return answer(node.ethGetTransactionByHash(hash)).getTransaction().isPresent();
    }

    BigInteger head() {
        return answer(node.ethBlockNumber()).getBlockNumber();
    }

    ComputePool.Purse purse(byte[] account) {
        return answer(contract.purse(account));
    }

    <T> T answer(RemoteFunctionCall<T> call) {
        try {
            return call.send();
        } catch (Exception e) { // as declared
            throw away(e);
        }
    }

    private static <T extends Response<?>> T answer(Request<?, T> request) {
        try {
            T answer = request.send();
            if (answer.hasError())
                throw new IOException("the node says: " + answer.getError().getMessage());
            return answer;
        } catch (IOException | RuntimeException e) {
            throw away(e);
        }
    }

    /** The node's address may hold a secret: it goes nowhere. */
    private static RequestException away(Exception e) {
        LOG.warn("the Ethereum node gave no answer: {}", e.getClass().getSimpleName());
        return new RequestException(UNAVAILABLE, "the chain can't be asked right now: try again in a minute");
    }
}
