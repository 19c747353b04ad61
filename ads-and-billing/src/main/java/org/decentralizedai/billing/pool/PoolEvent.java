package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that the contract has said. What it does not say is null or 0.
 *
 * @param purse the contract's account, 0x and 64 small digits
 * @param address in small letters
 * @param amount wei
 * @param other a second number; what it is says {@link Kind}
 * @param text what else there is to say
 */
public record PoolEvent(
        Place place,
        Kind kind,
        @Nullable String purse,
        @Nullable String label,
        @Nullable String address,
        BigInteger amount,
        BigInteger other,
        @Nullable String text) {
    private static final int LONGEST_TEXT = 4000, REPLACEMENT = 0xFFFD;

    /** What happened. Address, amount, other, text: */
    public enum Kind {
        /** Owner, paid in, -, who paid. */
        DEPOSITED,
        /** Owner, asked for, when it can be completed (seconds since 1970), -. */
        EXIT_REQUESTED,
        /** -, asked for, -, -. */
        EXIT_CANCELLED,
        /** Owner, paid out, asked for, -. */
        EXITED,
        /** Delegate, -, -, -. */
        AUTHORISED,
        REVOKED,
        /** -, newly spent, spent ever, {@code voucher} or {@code posting}. */
        SPENT,
        /** -, -, number, hash of the postings. */
        SPENDING_PROPOSED,
        /** A posting was left out. */
        CONTESTED,
        /** -, total, epoch, root and address of its data. */
        ROOT_PROPOSED,
        /** -, total, epoch, root. */
        ROOT_FINALISED,
        /** Provider, paid out, paid out ever, epoch. */
        CLAIMED
    }

    /** Where the event is on the chain; hashes are 0x and 64 small digits. */
    public record Place(long block, String blockHash, String transaction, long logIndex) {
        public Place {
            blockHash = blockHash.toLowerCase(Locale.ROOT);
            transaction = transaction.toLowerCase(Locale.ROOT);
        }
    }

    PoolEvent(Place place, Kind kind, @Nullable String purse) {
        this(place, kind, purse, null, null, BigInteger.ZERO, BigInteger.ZERO, null);
    }

    PoolEvent label(String hex) {
        return new PoolEvent(place, kind, purse, hex, address, amount, other, text);
    }

    PoolEvent address(String of) {
        return new PoolEvent(place, kind, purse, label, of.toLowerCase(Locale.ROOT), amount, other, text);
    }

    PoolEvent amount(BigInteger wei) {
        return new PoolEvent(place, kind, purse, label, address, wei, other, text);
    }

    PoolEvent other(BigInteger number) {
        return new PoolEvent(place, kind, purse, label, address, amount, number, text);
    }

    PoolEvent text(String said) {
        return new PoolEvent(place, kind, purse, label, address, amount, other, kept(said));
    }

    /** What any database keeps: signers write it, so that it may hold anything. Control characters and halves of characters are replaced. */
    private static String kept(String said) {
        var kept = new StringBuilder();
        said.codePoints()
                .map(point -> Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE
                        ? REPLACEMENT
                        : point)
                .takeWhile(point -> kept.length() + Character.charCount(point) <= LONGEST_TEXT)
                .forEachOrdered(kept::appendCodePoint);
        return kept.toString();
    }
}
