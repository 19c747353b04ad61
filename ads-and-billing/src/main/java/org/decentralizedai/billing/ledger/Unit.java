package org.decentralizedai.billing.ledger;

/** What an account counts, in whole numbers; an account has one unit for ever. */
public enum Unit {
    MICRO_CREDITS,
    WEI
}
