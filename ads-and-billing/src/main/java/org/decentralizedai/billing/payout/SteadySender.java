package org.decentralizedai.billing.payout;

import java.io.IOException;
import java.math.BigInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.exceptions.TransactionException;
import org.web3j.tx.RawTransactionManager;

/**
 * Sends one transaction at a time. Whatever comes after one that is in no block yet takes its number, for a higher fee, so that a fee
 * that has become too low blocks nothing, and nothing is there twice. Nobody else may send with this key. Used by one thread at a time.
 */
final class SteadySender extends RawTransactionManager {
    /** Nodes want a tenth more, at least, of whoever replaces a transaction. */
    private static final BigInteger RAISED = BigInteger.valueOf(5), FROM = BigInteger.valueOf(4);

    /** So often what the node advises: a fee that is still too low will be taken when fees fall. */
    private static final BigInteger MOST = BigInteger.TEN;

    private record Open(
            BigInteger nonce, BigInteger gasPrice, BigInteger gasLimit, String to, String data, BigInteger value) {
        Open at(BigInteger price) {
            return new Open(nonce, price, gasLimit, to, data, value);
        }
    }

    private final Web3j web3j;
    private final BooleanSupplier alone;
    private @Nullable Open open;

    /** @param alone whether no other server sends; asked before each transaction */
    SteadySender(Web3j web3j, Credentials key, long chain, int attempts, long pollMillis, BooleanSupplier alone) {
        super(web3j, key, chain, attempts, pollMillis);
        this.web3j = web3j;
        this.alone = alone;
    }

    /** Of the blocks only: transactions that wait are not counted. */
    @Override
    protected BigInteger getNonce() throws IOException {
        return web3j.ethGetTransactionCount(getFromAddress(), DefaultBlockParameterName.LATEST)
                .send()
                .getTransactionCount();
    }

    @Override
    public EthSendTransaction sendTransaction(
            BigInteger gasPrice, BigInteger gasLimit, String to, String data, BigInteger value, boolean constructor)
            throws IOException {
        if (!alone.getAsBoolean()) throw new IllegalStateException(Reverts.NOT_ALONE);
        return send(new Open(getNonce(), gasPrice, gasLimit, to, data, value));
    }

    /** Brings what is in no block yet once more, for a higher fee, and waits for it. Nodes may compute upon it, so that nothing else would do. */
    void settle() throws IOException, TransactionException {
        var waits = open;
        if (waits == null) return;
        if (waits.nonce().compareTo(getNonce()) < 0) open = null;
        else processResponse(send(waits.at(web3j.ethGasPrice().send().getGasPrice())));
    }

    private EthSendTransaction send(Open advised) throws IOException {
        var next = advised.at(price(advised));
        var sent = signAndSend(RawTransaction.createTransaction(
                next.nonce(), next.gasPrice(), next.gasLimit(), next.to(), next.value(), next.data()));
        if (!sent.hasError() || sent.getError().getMessage().contains("underpriced")) open = next;
        return sent;
    }

    private BigInteger price(Open advised) {
        if (open == null || !open.nonce().equals(advised.nonce())) return advised.gasPrice();
        var raised = open.gasPrice().multiply(RAISED).divide(FROM).add(BigInteger.ONE);
        return advised.gasPrice().max(raised.min(advised.gasPrice().multiply(MOST)));
    }
}
