package org.decentralizedai.server.wallet;

import java.math.BigInteger;
import java.util.List;
import org.decentralizedai.billing.contract.ComputePool;
import org.web3j.protocol.core.RemoteFunctionCall;

/** Calls of the pool's contract for wallets to send; nothing is sent from here. Thread-safe. */
final class PoolCalls {
    /**
     * As {@code eth_sendTransaction} takes it, without the sender.
     *
     * @param data in hex
     * @param value wei, in decimal digits
     */
    record Transaction(long chainId, String to, String data, String value) {}

    private final long chain;
    private final ComputePool contract;

    /** @param contract that is never asked to send */
    PoolCalls(long chain, ComputePool contract) {
        this.chain = chain;
        this.contract = contract;
    }

    /** Ether of whoever sends it; only the owner can take it out again. */
    Transaction topUp(String owner, byte[] label, BigInteger wei) {
        return transaction(contract.topUp(owner, label, wei), wei);
    }

    Transaction requestExit(byte[] label, BigInteger wei) {
        return transaction(contract.requestExit(label, wei), BigInteger.ZERO);
    }

    Transaction cancelExit(byte[] label) {
        return transaction(contract.cancelExit(label), BigInteger.ZERO);
    }

    Transaction exit(String owner, byte[] label) {
        return transaction(contract.exit(owner, label), BigInteger.ZERO);
    }

    Transaction revoke(byte[] label) {
        return transaction(contract.revoke(label), BigInteger.ZERO);
    }

    Transaction claim(BigInteger epoch, String provider, BigInteger cumulative, List<byte[]> proof) {
        return transaction(contract.claim(epoch, provider, cumulative, proof), BigInteger.ZERO);
    }

    private Transaction transaction(RemoteFunctionCall<?> call, BigInteger wei) {
        return new Transaction(chain, contract.getContractAddress(), call.encodeFunctionCall(), wei.toString());
    }
}
