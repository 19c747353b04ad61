package org.decentralizedai.billing.ledger;

import java.math.BigInteger;

/** What a posting adds to an account, in the account's unit; less than zero: takes from it. */
public record Entry(Account account, BigInteger amount) {}
