package org.decentralizedai.billing.contract;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** A Merkle tree as the contract checks it: pairs are hashed in order, the odd one of a level goes up as it is. */
final class Tree {
    private final List<byte[][]> levels = new ArrayList<>();

    /** @param amounts cumulative, of the providers at the same place */
    Tree(List<String> providers, List<BigInteger> amounts) {
        byte[][] level = new byte[providers.size()][];
        for (int i = 0; i < level.length; i++) level[i] = leaf(providers.get(i), amounts.get(i));
        for (levels.add(level); level.length > 1; levels.add(level)) level = above(level);
    }

    private static byte[] leaf(String provider, BigInteger amount) {
        byte[] encoded = new byte[64];
        System.arraycopy(Numeric.hexStringToByteArray(provider), 0, encoded, 12, 20);
        System.arraycopy(Numeric.toBytesPadded(amount, 32), 0, encoded, 32, 32);
        return Hash.sha3(Hash.sha3(encoded));
    }

    private static byte[][] above(byte[][] level) {
        byte[][] above = new byte[(level.length + 1) / 2][];
        for (int i = 0; i < above.length; i++)
            above[i] = 2 * i + 1 < level.length ? pair(level[2 * i], level[2 * i + 1]) : level[2 * i];
        return above;
    }

    private static byte[] pair(byte[] a, byte[] b) {
        boolean inOrder = Arrays.compareUnsigned(a, b) < 0;
        byte[] both = Arrays.copyOf(inOrder ? a : b, 64);
        System.arraycopy(inOrder ? b : a, 0, both, 32, 32);
        return Hash.sha3(both);
    }

    byte[] root() {
        return levels.getLast()[0];
    }

    List<byte[]> proof(int place) {
        var proof = new ArrayList<byte[]>();
        for (byte[][] level : levels) {
            int sibling = place ^ 1;
            if (sibling < level.length) proof.add(level[sibling]);
            place /= 2;
        }
        return proof;
    }
}
