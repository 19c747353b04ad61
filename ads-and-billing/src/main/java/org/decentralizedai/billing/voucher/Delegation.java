package org.decentralizedai.billing.voucher;

/**
 * The owner of a purse lets a delegate sign its vouchers.
 *
 * @param account the purse
 * @param delegate address, in small letters
 * @param nonce the purse's delegations before
 * @param signature the owner's, in hex
 */
public record Delegation(String account, String delegate, long nonce, String signature) {}
