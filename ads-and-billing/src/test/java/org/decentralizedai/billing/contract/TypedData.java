package org.decentralizedai.billing.contract;

import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.web3j.crypto.StructuredDataEncoder;
import org.web3j.utils.Numeric;
import tools.jackson.databind.json.JsonMapper;

/**
 * What people and signers sign for a pool (EIP-712), hashed by web3j and thus independently of the contract and of its Solidity tests.
 *
 * @param pool the contract's address
 */
record TypedData(long chain, String pool) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern TYPE = Pattern.compile("(\\w+)\\((.*)\\)");
    private static final String DOMAIN =
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    byte[] delegation(byte[] account, String delegate, long nonce) throws IOException {
        return hash("Delegation(bytes32 account,address delegate,uint256 nonce)", hex(account), delegate, nonce);
    }

    byte[] voucher(byte[] account, BigInteger spent) throws IOException {
        return hash("Voucher(bytes32 account,uint256 spent)", hex(account), spent);
    }

    /** @param postings the hash of their encoding */
    byte[] spending(long number, byte[] postings) throws IOException {
        return hash("Spending(uint64 number,bytes32 postings)", number, hex(postings));
    }

    byte[] root(long epoch, byte[] root, BigInteger total, String uri) throws IOException {
        return hash("Root(uint64 epoch,bytes32 root,uint256 total,string dataUri)", epoch, hex(root), total, uri);
    }

    private byte[] hash(String type, Object... values) throws IOException {
        var parts = TYPE.matcher(type);
        if (!parts.matches()) throw new IllegalArgumentException(type);
        var fields = fields(type);
        var message = new LinkedHashMap<String, Object>();
        for (int i = 0; i < values.length; i++) message.put(fields.get(i).get("name"), values[i].toString());
        var json = Map.of(
                "types", Map.of("EIP712Domain", fields(DOMAIN), parts.group(1), fields),
                "primaryType", parts.group(1),
                "domain",
                        Map.of(
                                "name",
                                "DecentralizedAI ComputePool",
                                "version",
                                "1",
                                "chainId",
                                chain,
                                "verifyingContract",
                                pool),
                "message", message);
        return new StructuredDataEncoder(JSON.writeValueAsString(json)).hashStructuredData();
    }

    private static List<Map<String, String>> fields(String type) {
        var parts = TYPE.matcher(type);
        if (!parts.matches()) throw new IllegalArgumentException(type);
        return List.of(parts.group(2).split(",")).stream()
                .map(field -> field.split(" "))
                .map(field -> Map.of("type", field[0], "name", field[1]))
                .collect(toList());
    }

    private static String hex(byte[] bytes) {
        return Numeric.toHexString(bytes);
    }
}
