package org.decentralizedai.billing.voucher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * What is signed, by EIP-712, as the contract reads it: keccak256(0x1901 | domain | struct), where a struct is the hash of its type and
 * of its fields, 32 bytes each.
 *
 * @param chain id
 * @param contract address
 */
public record TypedData(long chain, String contract) {
    private static final String NAME = "DecentralizedAI ComputePool", VERSION = "1";
    private static final byte[]
            DOMAIN = hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            DELEGATION = hash("Delegation(bytes32 account,address delegate,uint256 nonce)"),
            VOUCHER = hash("Voucher(bytes32 account,uint256 spent)");

    /** (32): the delegate may sign vouchers of the purse. @param nonce the purse's delegations so far */
    public byte[] delegation(String account, String delegate, long nonce) {
        return digest(hash(DELEGATION, word(account), word(delegate), word(BigInteger.valueOf(nonce))));
    }

    /** (32): so much wei was spent of the purse, ever. */
    public byte[] voucher(String account, BigInteger spent) {
        return digest(hash(VOUCHER, word(account), word(spent)));
    }

    private byte[] digest(byte[] struct) {
        byte[] domain = hash(DOMAIN, hash(NAME), hash(VERSION), word(BigInteger.valueOf(chain)), word(contract));
        byte[] all = new byte[2 + 2 * 32];
        all[0] = 0x19;
        all[1] = 0x01;
        System.arraycopy(domain, 0, all, 2, 32);
        System.arraycopy(struct, 0, all, 2 + 32, 32);
        return Hash.sha3(all);
    }

    private static byte[] hash(String text) {
        return Hash.sha3(text.getBytes(UTF_8));
    }

    private static byte[] hash(byte[]... words) {
        byte[] all = new byte[32 * words.length];
        for (int i = 0; i < words.length; i++) System.arraycopy(words[i], 0, all, 32 * i, 32);
        return Hash.sha3(all);
    }

    /** @param hex 0x and up to 64 digits: a number, an address or 32 bytes */
    private static byte[] word(String hex) {
        return word(new BigInteger(hex.substring(2), 16));
    }

    private static byte[] word(BigInteger number) {
        return Numeric.toBytesPadded(number, 32);
    }

    /** For {@code eth_signTypedData_v4}; numbers are strings, since they may be longer than JavaScript's. */
    public Map<String, Object> delegationRequest(String account, String delegate, long nonce) {
        return request(
                "Delegation",
                List.of(field("account", "bytes32"), field("delegate", "address"), field("nonce", "uint256")),
                Map.of("account", account, "delegate", delegate, "nonce", String.valueOf(nonce)));
    }

    /** For {@code eth_signTypedData_v4}. */
    public Map<String, Object> voucherRequest(String account, BigInteger spent) {
        return request(
                "Voucher",
                List.of(field("account", "bytes32"), field("spent", "uint256")),
                Map.of("account", account, "spent", spent.toString()));
    }

    private Map<String, Object> request(String type, List<Map<String, String>> fields, Map<String, String> message) {
        var domain = List.of(
                field("name", "string"),
                field("version", "string"),
                field("chainId", "uint256"),
                field("verifyingContract", "address"));
        return Map.of(
                "types",
                Map.of("EIP712Domain", domain, type, fields),
                "primaryType",
                type,
                "domain",
                Map.of("name", NAME, "version", VERSION, "chainId", chain, "verifyingContract", contract),
                "message",
                message);
    }

    private static Map<String, String> field(String name, String type) {
        return Map.of("name", name, "type", type);
    }

    static byte[] signature(String hex) {
        return HexFormat.of().parseHex(hex, 2, hex.length());
    }
}
