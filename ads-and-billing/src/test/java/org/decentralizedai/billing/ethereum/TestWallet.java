package org.decentralizedai.billing.ethereum;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.HexFormat;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** A pair of keys that signs as wallets do. */
final class TestWallet {
    private final ECKeyPair keys;

    TestWallet(long seed) {
        keys = ECKeyPair.create(BigInteger.valueOf(seed).add(BigInteger.TEN.pow(60)));
    }

    /** With the letters of EIP-55. */
    String address() {
        return Keys.toChecksumAddress("0x" + Keys.getAddress(keys));
    }

    String sign(String message) {
        var signature = Sign.signPrefixedMessage(message.getBytes(UTF_8), keys);
        return hex(signature.getR(), signature.getS(), signature.getV());
    }

    static String hex(byte[]... parts) {
        var hex = new StringBuilder("0x");
        for (byte[] part : parts) hex.append(HexFormat.of().formatHex(part));
        return hex.toString();
    }

    /** The other signature that the mathematics allows for the same message: n - s instead of s. */
    static String highS(String signature) {
        BigInteger n = Sign.CURVE_PARAMS.getN(), s = new BigInteger(signature.substring(66, 130), 16);
        String v = signature.endsWith("1b") ? "1c" : "1b";
        return signature.substring(0, 66) + String.format("%064x", n.subtract(s)) + v;
    }
}
