package org.decentralizedai.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.HexFormat;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** A wallet of one pair of keys, from a seed. */
final class TestSigner {
    private final ECKeyPair keys;

    TestSigner(long seed) {
        keys = ECKeyPair.create(BigInteger.TEN.pow(60).add(BigInteger.valueOf(seed)));
    }

    String address() {
        return Keys.toChecksumAddress("0x" + Keys.getAddress(keys));
    }

    String sign(String message) {
        var signature = Sign.signPrefixedMessage(message.getBytes(UTF_8), keys);
        var hex = HexFormat.of();
        return "0x" + hex.formatHex(signature.getR()) + hex.formatHex(signature.getS())
                + hex.formatHex(signature.getV());
    }
}
