package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that an epoch's outcome follows from. Wei, unless said otherwise; keys are hashes of keys of credit, addresses are 0x and 40 digits
 * in small letters.
 *
 * @param epoch from 1; each follows the one before
 * @param contract whose money it is
 * @param read how far the chain was read
 * @param served checkpoint that answers now; null: none was promoted yet, and nobody has trained it
 * @param carried what no epoch could share out yet
 * @param spent what came since the last epoch
 * @param trained by key: released micro-credits of the run's tasks up to the served checkpoint
 * @param serving by key: micro-credits for serving in this epoch
 * @param unassigned by key: what it has earned without an address until the last epoch
 * @param addresses by key, of those that have one
 * @param before by address: cumulative, as the last epoch left it
 * @param previous SHA-256 of the last epoch's published data; null: this is the first one
 */
public record EpochInputs(
        long epoch,
        long closedAtMillis,
        long chain,
        String contract,
        Read read,
        @Nullable Served served,
        int royaltyPercent,
        BigInteger carried,
        List<Spending> spent,
        SortedMap<String, BigInteger> trained,
        SortedMap<String, BigInteger> serving,
        SortedMap<String, BigInteger> unassigned,
        SortedMap<String, String> addresses,
        SortedMap<String, BigInteger> before,
        @Nullable String previous) {

    /** @param hash SHA-256 of the checkpoint's file */
    public record Served(int round, String hash) {}

    /**
     * An event of the contract that made a customer's wei income, or that a reorganisation took back.
     *
     * @param posting of the ledger that booked it, with the event's name on the chain
     * @param customer label of the account that spent
     * @param wei below zero: taken back
     */
    public record Spending(String posting, String customer, BigInteger wei) {}

    /**
     * Blocks whose events are counted.
     *
     * @param after block that the last epoch had come to; 0: there was none
     * @param last block that was read
     * @param lostBefore what was lost when the last epoch was closed
     * @param lost wei that epochs have shared out and a reorganisation took back; what is spent next makes up for it
     */
    public record Read(long after, long last, BigInteger lostBefore, BigInteger lost) {
        /** Nothing yet. */
        public static final Read NOTHING = new Read(0, 0, BigInteger.ZERO, BigInteger.ZERO);

        public Read {
            if (after < 0 || last < 0)
                throw new IllegalArgumentException("blocks count from 0: " + after + ", " + last);
            if (lostBefore.signum() < 0 || lost.signum() < 0)
                throw new IllegalArgumentException("what is lost must be >= 0: " + lostBefore + ", " + lost);
        }

        /** @throws Contradiction when the books are behind what was shared out already: they are read again */
        Read then(long block, BigInteger lostNow) {
            if (block < last)
                throw new Contradiction("the chain is read to block " + block
                        + " only, and the last epoch came to block " + last
                        + ": the next one waits until it is read again");
            return new Read(last, block, lost, lostNow);
        }
    }

    public EpochInputs {
        if (epoch < 1) throw new IllegalArgumentException("epochs count from 1: " + epoch);
        spent = List.copyOf(spent);
        trained = Collections.unmodifiableSortedMap(new TreeMap<>(trained));
        serving = Collections.unmodifiableSortedMap(new TreeMap<>(serving));
        unassigned = Collections.unmodifiableSortedMap(new TreeMap<>(unassigned));
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
    }
}
