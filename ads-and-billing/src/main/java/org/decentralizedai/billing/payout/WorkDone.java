package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import org.decentralizedai.billing.payout.EpochInputs.Served;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Whose work counts in an epoch, and where its pay goes; read in the transaction that closes the epoch. */
public interface WorkDone {
    /**
     * @param served null: no checkpoint serves yet
     * @param trained by key: released micro-credits of tasks up to that checkpoint
     * @param serving by key: micro-credits for serving since the last epoch
     */
    record Weights(
            @Nullable Served served, SortedMap<String, BigInteger> trained, SortedMap<String, BigInteger> serving) {}

    Weights weights(Handle transaction);

    /** By key: where what it has earned goes, in small letters; of those keys for which that is known. */
    Map<String, String> addresses(Handle transaction);
}
