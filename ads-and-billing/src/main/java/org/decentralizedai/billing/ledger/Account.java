package org.decentralizedai.billing.ledger;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An account of the ledger, named by what it is for.
 *
 * @param customer whom it concerns; null: nobody in particular
 * @param epoch in which it is filled; null: always
 */
public record Account(
        Kind kind, @Nullable String customer, @Nullable Epoch epoch) {
    private static final int LONGEST_CUSTOMER = 64;

    /** What an account is for; fixes its unit. A source is where units come from: it alone goes below zero. */
    public enum Kind {
        /** Micro-credits that operators have granted, negative. */
        GRANTS(Unit.MICRO_CREDITS, true),
        /** What a customer can spend. */
        BALANCE(Unit.MICRO_CREDITS, false),
        /** What a customer's running requests may cost at most. */
        RESERVED(Unit.MICRO_CREDITS, false),
        /** What a customer has paid in an epoch, until it is rolled up: no row that all requests wait for. */
        SPENT(Unit.MICRO_CREDITS, false),
        /** What all customers have paid in an epoch. */
        REVENUE(Unit.MICRO_CREDITS, false),
        /** What went back to customers in an epoch, negative: to be set off against its revenue. */
        REFUNDS(Unit.MICRO_CREDITS, true),
        /** Wei seen on a chain, negative. */
        CHAIN(Unit.WEI, true),
        /** Wei that a customer has deposited and that the contract does not count as spent yet. */
        DEPOSIT(Unit.WEI, false),
        /** Micro-credits that customers have bought with their deposits, negative. */
        SOLD(Unit.MICRO_CREDITS, true),
        /** Micro-credits that campaigns may still spend. */
        AD_BUDGET(Unit.MICRO_CREDITS, false),
        /** Wei that the contract counts as spent and that no epoch has shared out yet. */
        INCOME(Unit.WEI, false),
        /** Wei that a key of credit has earned and that no address is named for yet; the customer is the key's hash. */
        PROVIDER(Unit.WEI, false),
        /** Wei that an address may claim; the customer is the address, in small letters. */
        PAYABLE(Unit.WEI, false),
        /** Wei that a reorganisation took after they were spent, negative. */
        LOST(Unit.WEI, true);

        private final Unit unit;
        private final boolean source;

        Kind(Unit unit, boolean source) {
            this.unit = unit;
            this.source = source;
        }

        public Unit unit() {
            return unit;
        }

        public boolean source() {
            return source;
        }
    }

    public Account {
        if (customer != null && (customer.isEmpty() || customer.length() > LONGEST_CUSTOMER || customer.contains(":")))
            throw new IllegalArgumentException(
                    "customer must have 1.." + LONGEST_CUSTOMER + " characters and no colon: " + customer);
    }

    public static Account grants() {
        return new Account(Kind.GRANTS, null, null);
    }

    public static Account balance(String customer) {
        return new Account(Kind.BALANCE, customer, null);
    }

    public static Account reserved(String customer) {
        return new Account(Kind.RESERVED, customer, null);
    }

    public static Account spent(String customer, Epoch epoch) {
        return new Account(Kind.SPENT, customer, epoch);
    }

    public static Account revenue(Epoch epoch) {
        return new Account(Kind.REVENUE, null, epoch);
    }

    public static Account refunds(Epoch epoch) {
        return new Account(Kind.REFUNDS, null, epoch);
    }

    public static Account chain() {
        return new Account(Kind.CHAIN, null, null);
    }

    public static Account deposit(String customer) {
        return new Account(Kind.DEPOSIT, customer, null);
    }

    public static Account sold() {
        return new Account(Kind.SOLD, null, null);
    }

    public static Account adBudget(String customer) {
        return new Account(Kind.AD_BUDGET, customer, null);
    }

    public static Account income() {
        return new Account(Kind.INCOME, null, null);
    }

    public static Account provider(String creditKey) {
        return new Account(Kind.PROVIDER, creditKey, null);
    }

    public static Account payable(String address) {
        return new Account(Kind.PAYABLE, address, null);
    }

    public static Account lost() {
        return new Account(Kind.LOST, null, null);
    }

    /** Unique, such as {@code spent:2962:acct_x}. */
    public String id() {
        var id = new StringBuilder(kind.name().toLowerCase(Locale.ROOT));
        if (epoch != null) id.append(':').append(epoch.number());
        if (customer != null) id.append(':').append(customer);
        return id.toString();
    }
}
