package org.decentralizedai.billing.ethereum;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.Optional;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** A signature by a pair of keys: of a message (EIP-191, version 0x45), or of a digest. */
public final class KeySignature {
    private static final int LENGTH = 65; // r, s, v

    private KeySignature() {}

    /**
     * The address, in lower case, whose key has signed; empty when it is no such signature. Of the two forms that every signature
     * has, the one with a high s is refused: no wallet makes it.
     */
    static Optional<String> signer(String message, byte[] signature) {
        return of(Sign.getEthereumMessageHash(message.getBytes(UTF_8)), signature);
    }

    /** With v of 27 or 28: contracts refuse the 0 or 1 that some wallets write. */
    public static byte[] forContracts(byte[] signature) {
        byte[] written = signature.clone();
        if (written.length == LENGTH && (written[LENGTH - 1] == 0 || written[LENGTH - 1] == 1))
            written[LENGTH - 1] += 27;
        return written;
    }

    /** As {@link #signer}, of a digest as it is, such as EIP-712's. @param digest (32) */
    public static Optional<String> of(byte[] digest, byte[] signature) {
        if (signature.length != LENGTH) return Optional.empty();
        byte[] r = Arrays.copyOfRange(signature, 0, 32), s = Arrays.copyOfRange(signature, 32, 64);
        int v = signature[64] < 2 && signature[64] >= 0 ? signature[64] + 27 : signature[64];
        if (v != 27 && v != 28) return Optional.empty();
        if (!new ECDSASignature(new BigInteger(1, r), new BigInteger(1, s)).isCanonical()) return Optional.empty();
        try {
            var key = Sign.signedMessageHashToKey(digest, new Sign.SignatureData((byte) v, r, s));
            return Optional.of("0x" + Keys.getAddress(key));
        } catch (SignatureException | RuntimeException e) { // what the library throws at numbers off the curve
            return Optional.empty();
        }
    }
}
