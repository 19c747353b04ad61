package org.decentralizedai.billing.payout;

import java.util.Locale;
import java.util.regex.Pattern;
import org.web3j.crypto.Keys;

/**
 * An address that ether may go to.
 *
 * @param text 0x and 40 digits, in small letters
 */
public record PayoutAddress(String text) {
    private static final Pattern FORM = Pattern.compile("0x[0-9a-fA-F]{40}");
    private static final Pattern NOBODY = Pattern.compile("0x0{38}[0-9a-f]{2}"); // zero, and the chain's own functions

    public PayoutAddress {
        if (!FORM.matcher(text).matches())
            throw new IllegalArgumentException("an address has 0x and 40 hex digits: " + text);
        text = text.toLowerCase(Locale.ROOT);
        if (NOBODY.matcher(text).matches()) throw new IllegalArgumentException("nobody has this address: " + text);
    }

    /** @throws IllegalArgumentException, with a sentence for people, when it is none or its letters are no checksum of it (EIP-55) */
    public static PayoutAddress parse(String written) {
        var address = new PayoutAddress(written);
        if (!written.equals(address.text()) && !written.equals(address.shown()))
            throw new IllegalArgumentException(
                    "a digit of this address is wrong: its capital letters (EIP-55) don't fit: " + written);
        return address;
    }

    /** With the capital letters of EIP-55. */
    public String shown() {
        return Keys.toChecksumAddress(text);
    }
}
