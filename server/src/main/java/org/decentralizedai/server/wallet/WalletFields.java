package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import io.javalin.http.Context;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import org.decentralizedai.server.edge.RequestException;
import org.web3j.crypto.Keys;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a request's JSON body, as wallets write them: addresses, wei and bytes. */
final class WalletFields {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");
    private static final Pattern WEI = Pattern.compile("[0-9]{1,39}"); // 2^128 has 39 digits
    private static final Pattern BYTES = Pattern.compile("0x(?:[0-9a-fA-F]{2}){1,2048}"); // of smart wallets, too
    private static final int BITS = 127; // the contract counts in 128

    private final ObjectNode fields;

    private WalletFields(ObjectNode fields) {
        this.fields = fields;
    }

    /** @throws RequestException unless it is a JSON object */
    static WalletFields in(Context context) {
        try {
            if (JSON.readTree(context.body()) instanceof ObjectNode fields) return new WalletFields(fields);
        } catch (JacksonException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, "the body must be a JSON object");
    }

    /** In lower case. Where it is in mixed case its checksum (EIP-55) must be right. */
    String address(String name) {
        return address(name, text(name));
    }

    static String address(String name, String said) {
        if (!ADDRESS.matcher(said).matches())
            throw new RequestException(BAD_REQUEST, name + " must be an address: 0x and 40 hex digits");
        String small = said.toLowerCase(Locale.ROOT), digits = said.substring(2);
        boolean mixed = !digits.equals(small.substring(2)) && !digits.equals(digits.toUpperCase(Locale.ROOT));
        if (mixed && !Keys.toChecksumAddress(small).equals(said))
            throw new RequestException(BAD_REQUEST, name + " has a typing mistake: its checksum is wrong");
        return small;
    }

    /** More than zero. */
    BigInteger wei(String name) {
        String said = text(name);
        if (!WEI.matcher(said).matches())
            throw new RequestException(BAD_REQUEST, name + " must be whole wei, as a text of digits");
        var wei = new BigInteger(said);
        if (wei.signum() == 0) throw new RequestException(BAD_REQUEST, name + " must be more than zero");
        if (wei.bitLength() > BITS) throw new RequestException(BAD_REQUEST, name + " is more ether than there is");
        return wei;
    }

    /** In hex, with 0x before it. */
    String bytes(String name) {
        String said = text(name);
        if (!BYTES.matcher(said).matches())
            throw new RequestException(BAD_REQUEST, name + " must be bytes: 0x and hex digits");
        return said;
    }

    private String text(String name) {
        JsonNode value = fields.path(name);
        if (!value.isString()) throw new RequestException(BAD_REQUEST, name + " must be a text");
        return value.stringValue();
    }
}
