package org.decentralizedai.billing.pool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a customer of this server is called at the contract: his id, in ASCII, with zeros after it (32 bytes).
 *
 * @param customer id
 */
public record Label(String customer) {
    private static final int BYTES = 32;
    private static final Pattern CUSTOMER = Pattern.compile("[A-Za-z0-9_.-]{1," + BYTES + "}");

    public Label {
        if (!CUSTOMER.matcher(customer).matches())
            throw new IllegalArgumentException(
                    "a label is 1.." + BYTES + " letters, digits, points, dashes and underscores: " + customer);
    }

    /** Empty when it is no such label: then it is not of a customer of this server. @param hex 0x and 64 digits */
    public static Optional<Label> read(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex, 2, hex.length());
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) length++;
        var label = new String(bytes, 0, length, US_ASCII);
        if (!CUSTOMER.matcher(label).matches()) return Optional.empty();
        return Optional.of(new Label(label)).filter(read -> read.hex().equals(hex));
    }

    /** (32) */
    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        byte[] text = customer.getBytes(US_ASCII);
        System.arraycopy(text, 0, bytes, 0, text.length);
        return bytes;
    }

    /** 0x and 64 small digits. */
    public String hex() {
        return "0x" + HexFormat.of().formatHex(bytes());
    }
}
