package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.List;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/**
 * The contract as of the newest block.
 *
 * @param now time of that block, seconds since 1970, as the others
 * @param pendingRoot 0x and zeros: none
 * @param pendingPostings their hash; 0x and zeros: none
 * @param spending number of the last proposal of spending
 */
public record PoolState(
        long block,
        long now,
        long epoch,
        String pendingRoot,
        BigInteger pendingTotal,
        long rootReadyAt,
        String pendingPostings,
        long spending,
        long spendingReadyAt) {
    static final String NONE = "0x" + "0".repeat(64);

    /**
     * What never changes.
     *
     * @param signers in small letters
     * @param delay seconds, as epochLength is
     */
    public record Quorum(List<String> signers, int threshold, long delay, long epochLength) {}

    /** A transaction that is in a block. */
    record Mined(String transaction, long block) {
        static Mined of(TransactionReceipt receipt) {
            return new Mined(
                    receipt.getTransactionHash(), receipt.getBlockNumber().longValueExact());
        }
    }

    /**
     * An account of the contract.
     *
     * @param covered wei that it may have spent ever
     * @param exiting of that, what is on its way out: no posting takes it
     * @param delegate whose vouchers count, in small letters; 0x and zeros: nobody's
     */
    record Purse(BigInteger spent, BigInteger covered, BigInteger exiting, String delegate) {
        boolean delegated() {
            return !delegate.equals("0x" + "0".repeat(40));
        }
    }

    /** @param root zeros: the epoch is not final */
    public record FinalRoot(String root, BigInteger total) {
        public boolean there() {
            return !root.equals(NONE);
        }
    }

    boolean rootPends() {
        return !pendingRoot.equals(NONE);
    }

    boolean spendingPends() {
        return !pendingPostings.equals(NONE);
    }
}
