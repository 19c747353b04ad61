package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.server.edge.RequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.Web3jService;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.RemoteFunctionCall;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;

/** What the chain's node says now, before anything is confirmed: for the page to show, never to book. Thread-safe. */
final class ChainNow implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChainNow.class);

    /** Whose result is of no interest. */
    static final class Done extends Response<Object> {}

    private final Web3jService service;
    private final Web3j node;

    ChainNow(Web3jService service) {
        this.service = service;
        node = Web3j.build(service);
    }

    /** For reading by the contract's class. */
    Web3j web3j() {
        return node;
    }

    /** Empty while no block has the transaction. */
    Optional<TransactionReceipt> receipt(String hash) {
        return answer(node.ethGetTransactionReceipt(hash)).getTransactionReceipt();
    }

    /** Whether the node has heard of the transaction. */
    boolean knows(String hash) {
        return answer(node.ethGetTransactionByHash(hash)).getTransaction().isPresent();
    }

    /** Number of the newest block. */
    BigInteger head() {
        return answer(node.ethBlockNumber()).getBlockNumber();
    }

    BigInteger balance(String address) {
        return answer(node.ethGetBalance(address, DefaultBlockParameterName.LATEST))
                .getBalance();
    }

    /** On a development chain only: others know no such thing. */
    void setBalance(String address, BigInteger wei) {
        answer(new Request<>("anvil_setBalance", List.of(address, Numeric.encodeQuantity(wei)), service, Done.class));
    }

    /** What the contract says. */
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
            if (!answer.hasError()) return answer;
            throw new IOException("error " + answer.getError().getCode());
        } catch (IOException | RuntimeException e) {
            throw away(e);
        }
    }

    /** The node's address may hold a secret, and messages may hold the address: they go nowhere. */
    private static RequestException away(Exception e) {
        LOG.warn("the Ethereum node gave no answer: {}", e.getClass().getSimpleName());
        return new RequestException(UNAVAILABLE, "the chain can't be asked right now: try again in a minute");
    }

    @Override
    public void close() {
        node.shutdown();
    }
}
