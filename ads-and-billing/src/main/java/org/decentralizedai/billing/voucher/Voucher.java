package org.decentralizedai.billing.voucher;

import java.math.BigInteger;

/**
 * So much was spent of a purse.
 *
 * @param spent wei, ever
 * @param delegate who has signed, in small letters
 * @param signature in hex
 */
public record Voucher(String account, String delegate, BigInteger spent, String signature) {}
