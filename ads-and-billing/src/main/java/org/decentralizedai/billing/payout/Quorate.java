package org.decentralizedai.billing.payout;

import java.util.Collection;
import java.util.Optional;
import org.decentralizedai.billing.payout.PoolState.Quorum;

/** Gathers the signatures that the contract wants: those of this server's keys, and what other signers have sent. */
final class Quorate {
    private final Signatures signatures;
    private final SignerKeys keys;

    Quorate(Signatures signatures, SignerKeys keys) {
        this.signatures = signatures;
        this.keys = keys;
    }

    /** As many as the threshold, in the order of their signers; empty: some are still to come. */
    Optional<Collection<String>> of(byte[] digest, Quorum quorum) {
        for (var key : keys.all())
            if (quorum.signers().contains(SignerKeys.address(key)))
                signatures.add(digest, SignerKeys.address(key), PoolMessages.sign(digest, key));
        var signed = signatures.of(digest);
        signed.keySet().retainAll(quorum.signers());
        if (signed.size() < quorum.threshold()) return Optional.empty();
        return Optional.of(signed.values().stream().limit(quorum.threshold()).toList());
    }

    /** False when it is not of a signer of the contract; then nothing is kept. */
    boolean take(byte[] digest, String signature, Quorum quorum) {
        var signer = PoolMessages.signer(digest, signature).filter(quorum.signers()::contains);
        signer.ifPresent(address -> signatures.add(digest, address, signature));
        return signer.isPresent();
    }
}
