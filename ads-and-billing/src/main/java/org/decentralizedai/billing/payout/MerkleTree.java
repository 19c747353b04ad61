package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * The tree whose root goes on chain, in the layout of OpenZeppelin's StandardMerkleTree of (address, uint256): a leaf is
 * keccak(keccak(abi.encode(address, amount))), leaves are sorted by their hash and stand at the end of the array in reverse, node i is the
 * hash of its children 2i+1 and 2i+2, the smaller one first. Each leaf is hashed once. Immutable.
 */
public final class MerkleTree {
    private static final int WORD = 32, ADDRESS = 20;
    /** A contract refuses a root of nothing; this leaf pays nothing. */
    private static final SortedMap<String, BigInteger> NOBODY =
            new TreeMap<>(Map.of("0x" + "0".repeat(2 * ADDRESS), BigInteger.ZERO));

    private final byte[][] nodes;
    private final Map<String, Integer> places;

    private MerkleTree(byte[][] nodes, Map<String, Integer> places) {
        this.nodes = nodes;
        this.places = places;
    }

    private record Leaf(String address, byte[] hash) {}

    /** @param amounts by address, in small letters; none: a tree of the address zero with nothing */
    public static MerkleTree of(SortedMap<String, BigInteger> amounts) {
        var leaves = new ArrayList<Leaf>();
        (amounts.isEmpty() ? NOBODY : amounts)
                .forEach((address, amount) -> leaves.add(new Leaf(address, leaf(address, amount))));
        leaves.sort((a, b) -> Arrays.compareUnsigned(a.hash(), b.hash()));
        int count = leaves.size();
        byte[][] nodes = new byte[2 * count - 1][];
        var places = new HashMap<String, Integer>();
        for (int i = 0; i < count; i++) {
            int place = nodes.length - 1 - i;
            nodes[place] = leaves.get(i).hash();
            places.put(leaves.get(i).address(), place);
        }
        for (int i = count - 2; i >= 0; i--) nodes[i] = pair(nodes[2 * i + 1], nodes[2 * i + 2]);
        return new MerkleTree(nodes, places);
    }

    private static byte[] leaf(String address, BigInteger amount) {
        byte[] encoded = new byte[2 * WORD];
        System.arraycopy(Numeric.hexStringToByteArray(address), 0, encoded, WORD - ADDRESS, ADDRESS);
        System.arraycopy(Numeric.toBytesPadded(amount, WORD), 0, encoded, WORD, WORD);
        return Hash.sha3(Hash.sha3(encoded));
    }

    private static byte[] pair(byte[] a, byte[] b) {
        boolean ordered = Arrays.compareUnsigned(a, b) <= 0;
        byte[] both = Arrays.copyOf(ordered ? a : b, 2 * WORD);
        System.arraycopy(ordered ? b : a, 0, both, WORD, WORD);
        return Hash.sha3(both);
    }

    /** 0x and 64 digits. */
    public String root() {
        return Numeric.toHexString(nodes[0]);
    }

    /**
     * The hashes, from the leaf's neighbour up, that lead from an address's leaf to the root.
     *
     * @throws IllegalArgumentException when the address has no leaf
     */
    public List<String> proof(String address) {
        Integer place = places.get(address);
        if (place == null) throw new IllegalArgumentException("no leaf for " + address);
        var proof = new ArrayList<String>();
        for (int i = place; i > 0; i = (i - 1) / 2) proof.add(Numeric.toHexString(nodes[i % 2 == 1 ? i + 1 : i - 1]));
        return proof;
    }
}
