package org.decentralizedai.billing.ethereum;

import java.util.Locale;

/**
 * Whoever may sign for an address.
 *
 * @param address 0x and 40 digits, in lower case
 * @param chain of a smart wallet: on another chain the same address may be somebody else's contract. {@value #ANY} for a pair of keys
 */
public record Wallet(String address, long chain) {
    public static final long ANY = 0;

    public Wallet {
        address = address.toLowerCase(Locale.ROOT);
    }

    /** Such as {@code 0xc02a…6cc2}. */
    public String shown() {
        return address.substring(0, 6) + "…" + address.substring(address.length() - 4);
    }
}
