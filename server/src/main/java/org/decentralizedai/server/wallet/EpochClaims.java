package org.decentralizedai.server.wallet;

import java.math.BigInteger;
import java.util.Optional;
import org.decentralizedai.billing.payout.EpochData;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.payout.MerkleTree;
import org.decentralizedai.server.wallet.TransactionRoutes.Claim;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/** What addresses can claim by the newest root that is final; its tree is kept, since many come for the same one. Thread-safe. */
final class EpochClaims {
    private record Leaves(long epoch, EpochData data, MerkleTree tree) {}

    private final EpochStore epochs;
    private @Nullable Leaves newest;

    EpochClaims(EpochStore epochs) {
        this.epochs = epochs;
    }

    /** Empty when the address has earned nothing so far. @param address in small letters */
    Optional<Claim> of(String address) {
        return leaves().flatMap(leaves -> Optional.ofNullable(
                        leaves.data().computed().leaves().get(address))
                .map(cumulative -> new Claim(
                        BigInteger.valueOf(leaves.epoch()),
                        cumulative,
                        leaves.tree().proof(address).stream()
                                .map(Numeric::hexStringToByteArray)
                                .toList())));
    }

    private synchronized Optional<Leaves> leaves() {
        var last = epochs.newestFinal();
        if (last.isEmpty()) return Optional.empty();
        long number = last.get().number();
        if (newest == null || newest.epoch() != number) {
            var data = EpochData.read(epochs.data(number).orElseThrow());
            newest = new Leaves(number, data, MerkleTree.of(data.computed().leaves()));
        }
        return Optional.of(newest);
    }
}
