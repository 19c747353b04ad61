package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.decentralizedai.billing.ethereum.Chain;
import org.jspecify.annotations.Nullable;

/**
 * How customers pay in ether and volunteers are paid; {@code ether} in the settings file.
 *
 * @param chain with its node's address; null: no ether, and credits are granted by the operator only
 * @param contract address of the pool on that chain; given with {@code chain}
 * @param fromBlock in which the contract was deployed: nothing before it is read
 * @param confirmations blocks upon an event's block before it counts
 * @param pollSeconds between two looks at the chain
 * @param weiPerMicroCredit what a micro-credit costs; fixed for a data folder, since what was sold stays sold
 * @param epochHours after which an epoch is closed
 * @param royaltyPercent of the serving revenue, to those whose updates trained the checkpoint that serves
 * @param minimumPayoutWei below which claiming is not suggested, since its gas would eat much of it
 * @param signerKeys file with the private keys, in hex, of those of the contract's signers that this server signs for; null: none
 */
public record EtherSettings(
        @Nullable Chain chain,
        @Nullable String contract,
        long fromBlock,
        int confirmations,
        int pollSeconds,
        long weiPerMicroCredit,
        int epochHours,
        int royaltyPercent,
        BigInteger minimumPayoutWei,
        @Nullable Path signerKeys) {
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");
    private static final long GWEI = 1_000_000_000;
    private static final int WEEK = 7 * 24;

    public EtherSettings {
        if ((chain == null) != (contract == null))
            throw new IllegalArgumentException("ether.chain and ether.contract must be given together");
        if (chain != null && chain.rpc() == null)
            throw new IllegalArgumentException("ether.chain must have the address of a node (rpc)");
        if (contract != null && !ADDRESS.matcher(contract).matches())
            throw new IllegalArgumentException("ether.contract is no address: " + contract);
        if (fromBlock < 0 || confirmations < 0)
            throw new IllegalArgumentException("ether.fromBlock and ether.confirmations must be >= 0");
        if (pollSeconds <= 0 || weiPerMicroCredit <= 0 || epochHours <= 0)
            throw new IllegalArgumentException("ether.pollSeconds, weiPerMicroCredit and epochHours must be > 0");
        if (royaltyPercent < 0 || royaltyPercent > 100)
            throw new IllegalArgumentException("ether.royaltyPercent must be in 0..100: " + royaltyPercent);
        if (minimumPayoutWei.signum() < 0)
            throw new IllegalArgumentException("ether.minimumPayoutWei must be >= 0: " + minimumPayoutWei);
    }

    /** No ether; a credit would cost 0.001 ether. */
    public static EtherSettings none() {
        return new EtherSettings(
                null,
                null,
                0,
                12,
                5,
                GWEI,
                WEEK,
                10,
                BigInteger.valueOf(2_000_000).multiply(BigInteger.valueOf(GWEI)),
                null);
    }

    /**
     * @param loopback the server listens to this machine only
     * @throws IllegalArgumentException when the world could come with a development chain's ether, which is worth nothing
     */
    public void check(@Nullable URI publicUrl, boolean loopback) {
        if (chain == null || chain.id() != Chain.DEVELOPMENT) return;
        if (publicUrl != null || !loopback)
            throw new IllegalArgumentException("chain " + Chain.DEVELOPMENT
                    + " is for development: it can't be used with a publicUrl, nor with a host that others can reach");
    }
}
