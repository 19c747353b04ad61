package org.decentralizedai.billing.limit;

/**
 * Somebody whose asking is limited: an account, a key, an address.
 *
 * @param who unique among all of them
 */
public record Party(String who, Rate rate) {}
