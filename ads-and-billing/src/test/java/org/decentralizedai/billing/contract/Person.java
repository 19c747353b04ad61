package org.decentralizedai.billing.contract;

import java.math.BigInteger;
import java.util.Random;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Sign;

/** Somebody with a key of his own, made for the test. */
record Person(Credentials credentials) {
    static Person of(Random random) {
        return new Person(Credentials.create(ECKeyPair.create(new BigInteger(255, random))));
    }

    String address() {
        return credentials.getAddress();
    }

    /** r, s, v of a hash. */
    byte[] sign(byte[] hash) {
        var parts = Sign.signMessage(hash, credentials.getEcKeyPair(), false);
        byte[] signature = new byte[65];
        System.arraycopy(parts.getR(), 0, signature, 0, 32);
        System.arraycopy(parts.getS(), 0, signature, 32, 32);
        signature[64] = parts.getV()[0];
        return signature;
    }
}
