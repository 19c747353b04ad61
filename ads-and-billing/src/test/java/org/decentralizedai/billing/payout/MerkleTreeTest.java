package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Roots and a proof as npm @openzeppelin/merkle-tree 1.0.8 gives them: StandardMerkleTree.of(values, ["address", "uint256"]). */
final class MerkleTreeTest {
    private static final BigInteger STEP = new BigInteger("1000000000000000007");
    private static final BigInteger SPREAD = new BigInteger("9e3779b97f4a7c15", 16)
            .multiply(new BigInteger("1000193", 16))
            .add(BigInteger.ONE);

    private static String address(int i) {
        return String.format("0x%040x", SPREAD.multiply(BigInteger.valueOf(i)));
    }

    private static SortedMap<String, BigInteger> amounts(int count) {
        var amounts = new TreeMap<String, BigInteger>();
        for (int i = 1; i <= count; i++) amounts.put(address(i), STEP.multiply(BigInteger.valueOf(i)));
        return amounts;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0xf0df3dcda05b4fbd9c655cde3d5ceb211e019e72ec816e127a59e7195f2cd7f5",
        "1, 0xda281370362d0396ff3be5bf547cae8cbfac12bd633d7cee34d82dcc022b97e2",
        "2, 0x91ce7e752e7ca6f3ed6c191ded1875a9edc337dabe06dbb4c293f10f1759f14f",
        "3, 0x716c55b15257a7e5eddd28847036be05b58f09485e1475e7cf111153643db42c",
        "7, 0x15b8c410f2ef225443b198e157544881ed146a92f046316b6f9c6f9b57d74de4",
        "10, 0xa569cb7dfeabc055c0f8d8017f7f883a67466e8f2d4d44043d3b5fecd89555f4",
        "1000, 0x8e5328b84dff151345fc8379a72072d1cd0a8fbd579bf0f9afac69edfc13bc17"
    })
    void root_asOpenZeppelin(int count, String root) {
        assertThat(MerkleTree.of(amounts(count)).root()).isEqualTo(root);
    }

    @Test
    void proof_asOpenZeppelin() {
        assertThat(MerkleTree.of(amounts(7)).proof(address(1)))
                .containsExactly(
                        "0x5b7983f2155dcb4e2a98b412472729242b8d40ec052d99391e7544943d10116a",
                        "0x2d62ef5b87063415a0297aad0bb7a9e55717a9e47930c7ffd23b0c3ae9bef3ad",
                        "0x88164a5a9e5b81bce2e40a95d6baca9f848587b7a6dfd33f7e44d0a20b6ce0a0");
    }

    @Test
    void addressWithoutALeaf_isRefused() {
        var tree = MerkleTree.of(amounts(3));
        assertThatThrownBy(() -> tree.proof(address(4))).isInstanceOf(IllegalArgumentException.class);
    }

    /** About 400,000 hashes; a tree that hashes a leaf at each comparison of the sort needs millions. */
    @Test
    @Timeout(30)
    void aHundredThousandLeaves_inSeconds() {
        var amounts = amounts(100_000);
        var tree = MerkleTree.of(amounts);
        assertThat(tree.proof(address(77_777))).hasSizeBetween(16, 17);
    }
}
