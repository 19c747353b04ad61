package org.decentralizedai.billing.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** The examples of {@code contracts/test/Vectors.t.sol}, hashed here by web3j. */
final class TypedDataTest {
    private static final String POOL = "0x" + "1".repeat(40),
            OWNER = "0x" + "2".repeat(40),
            OTHER = "0x" + "3".repeat(40);
    private static final byte[] LABEL = Arrays.copyOf("acct_1".getBytes(US_ASCII), 32);
    private static final String ACCOUNT = "a9744a89669f5698bca2a5f406c8015499c73e2e13c0cb8d864aed22a7090d88";
    private static final String LEAF = "be769c8aa40d4296c6f8a22297e376beeea72edec40b523fcbacfd8d69ddee0c";
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);

    private final TypedData typed = new TypedData(31_337, POOL);

    private static byte[] bytes(String hex) {
        return Numeric.hexStringToByteArray(hex);
    }

    private static String hash(String hex) {
        return Numeric.toHexStringNoPrefix(Hash.sha3(bytes(hex)));
    }

    private static String word(String hex) {
        return "0".repeat(64 - hex.length()) + hex;
    }

    @Test
    void account_isTheHashOfOwnerAndLabel() {
        assertThat(hash(word("2".repeat(40)) + Numeric.toHexStringNoPrefix(LABEL)))
                .isEqualTo(ACCOUNT);
    }

    @Test
    void leaf_isTheHashOfTheHashOfProviderAndAmount() {
        assertThat(hash(hash(word("3".repeat(40)) + word("5")))).isEqualTo(LEAF);
    }

    @Test
    void delegation() throws Exception {
        assertThat(typed.delegation(bytes(ACCOUNT), OTHER, 0))
                .isEqualTo(bytes("13bb7fdfa4829e154b486fbf08d721f6f886239acae0a415ca146b58fa1a702b"));
    }

    @Test
    void voucher() throws Exception {
        assertThat(typed.voucher(bytes(ACCOUNT), ETHER))
                .isEqualTo(bytes("31c5ee9ec91f951afa8628ed1decf4b0005cc90b6bd37e0710223dfed4788b37"));
    }

    @Test
    void spending() throws Exception {
        byte[] postings = Postings.hash(List.of(new ComputePool.Posting(OWNER, LABEL, ETHER)));
        assertThat(typed.spending(7, postings))
                .isEqualTo(bytes("ffa4e10896ee566e3d3517f0b8b892649a7958d18be1fdcc367710c97579edb0"));
    }

    @Test
    void root() throws Exception {
        assertThat(typed.root(3, bytes(LEAF), BigInteger.valueOf(5), "epochs/3.json"))
                .isEqualTo(bytes("b4d4168923ac927a2045b41847325cf1a3f3ffb3e741dc01f006b131ec3ce45b"));
    }
}
