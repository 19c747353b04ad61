package org.decentralizedai.billing.key;

/**
 * Who pays.
 *
 * @param id such as {@code acct_4fP...}; public
 * @param name for themselves and the operator
 */
public record Customer(String id, String name, long createdAtMillis) {}
