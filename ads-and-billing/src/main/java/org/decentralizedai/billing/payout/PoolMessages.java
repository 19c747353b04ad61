package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * What signers of the contract sign, by EIP-712: keccak(0x1901, domain, message). The contract computes the same digests.
 *
 * @param contract address of the pool
 */
public record PoolMessages(long chain, String contract) {
    private static final byte[] DOMAIN =
            hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    private static final byte[] NAME = hash("DecentralizedAI ComputePool"), VERSION = hash("1");
    private static final byte[] ROOT = hash("Root(uint64 epoch,bytes32 root,uint256 total,string dataUri)");
    private static final byte[] SPENDING = hash("Spending(uint64 number,bytes32 postings)");
    private static final int WORD = 32, SIGNATURE = 65;

    /**
     * What an account has spent ever.
     *
     * @param label 0x and 64 digits
     */
    public record Spent(String owner, String label, BigInteger wei) {
        /** The contract's account: keccak256(abi.encode(owner, label)), 0x and 64 small digits. */
        public String account() {
            return Numeric.toHexString(Hash.sha3(joined(word(owner), word(label))));
        }
    }

    private static byte[] hash(String text) {
        return Hash.sha3(text.getBytes(UTF_8));
    }

    private static byte[] word(BigInteger number) {
        return Numeric.toBytesPadded(number, WORD);
    }

    private static byte[] word(long number) {
        return word(BigInteger.valueOf(number));
    }

    private static byte[] word(String hex) {
        return word(Numeric.toBigInt(hex));
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    private byte[] digest(byte[] message) {
        byte[] domain = Hash.sha3(joined(DOMAIN, NAME, VERSION, word(chain), word(contract)));
        return Hash.sha3(joined(new byte[] {0x19, 1}, domain, Hash.sha3(message)));
    }

    /** @param root 0x and 64 digits */
    public byte[] root(long epoch, String root, BigInteger total, String dataUri) {
        return digest(joined(ROOT, word(epoch), word(root), word(total), hash(dataUri)));
    }

    /** @param postings in the order of their accounts */
    public byte[] spending(long number, List<Spent> postings) {
        return digest(joined(SPENDING, word(number), word(hash(postings))));
    }

    /** keccak256(abi.encode(postings)): offset, length, then three words each. 0x and 64 small digits. */
    public static String hash(List<Spent> postings) {
        var encoded = new ByteArrayOutputStream();
        encoded.writeBytes(word(WORD));
        encoded.writeBytes(word(postings.size()));
        for (Spent each : postings)
            encoded.writeBytes(joined(word(each.owner()), word(each.label()), word(each.wei())));
        return Numeric.toHexString(Hash.sha3(encoded.toByteArray()));
    }

    /** 0x and 65 bytes: r, s, v. */
    public static String sign(byte[] digest, Credentials signer) {
        var signed = Sign.signMessage(digest, signer.getEcKeyPair(), false);
        return Numeric.toHexString(joined(signed.getR(), signed.getS(), signed.getV()));
    }

    /** The address that signed, in small letters; empty: it is no signature that the contract takes. */
    public static Optional<String> signer(byte[] digest, String signature) {
        try {
            byte[] bytes = Numeric.hexStringToByteArray(signature);
            if (bytes.length != SIGNATURE) return Optional.empty();
            byte[] r = Arrays.copyOfRange(bytes, 0, WORD), s = Arrays.copyOfRange(bytes, WORD, 2 * WORD);
            if (!new ECDSASignature(new BigInteger(1, r), new BigInteger(1, s)).isCanonical()) return Optional.empty();
            var key = Sign.signedMessageHashToKey(digest, new Sign.SignatureData(bytes[2 * WORD], r, s));
            return Optional.of("0x" + Keys.getAddress(key).toLowerCase(Locale.ROOT));
        } catch (SignatureException | RuntimeException e) { // what the library throws at numbers off the curve
            return Optional.empty();
        }
    }
}
