package org.decentralizedai.billing.pool;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Hash;

/**
 * An account at the contract as of the blocks that were read: its events, added up. Amounts are wei.
 *
 * @param account 0x and 64 small digits
 * @param owner who may take out what is unspent; null: nothing was deposited yet
 * @param label null: nothing was deposited yet
 * @param deposited ever, as are spent and exited
 * @param exiting asked for and not yet paid out
 * @param exitReadyAt when it may be; seconds since 1970
 * @param delegate whose vouchers count; null: nobody's
 * @param delegations given and revoked: the nonce of the next
 */
public record Purse(
        String account,
        @Nullable String owner,
        @Nullable String label,
        BigInteger deposited,
        BigInteger spent,
        BigInteger exited,
        BigInteger exiting,
        long exitReadyAt,
        @Nullable String delegate,
        long delegations) {

    static Purse unseen(String account) {
        var none = BigInteger.ZERO;
        return new Purse(account, null, null, none, none, none, none, 0, null, 0);
    }

    /** The contract's account of an owner and a label: keccak256(abi.encode(owner, label)). */
    public static String account(String owner, Label label) {
        byte[] encoded = new byte[64];
        System.arraycopy(HexFormat.of().parseHex(owner, 2, owner.length()), 0, encoded, 12, 20);
        System.arraycopy(label.bytes(), 0, encoded, 32, 32);
        return "0x" + HexFormat.of().formatHex(Hash.sha3(encoded)).toLowerCase(Locale.ROOT);
    }

    Purse after(PoolEvent event) {
        var amount = event.amount();
        return switch (event.kind()) {
            case DEPOSITED ->
                new Purse(
                        account,
                        requireNonNull(event.address()),
                        requireNonNull(event.label()),
                        deposited.add(amount),
                        spent,
                        exited,
                        exiting,
                        exitReadyAt,
                        delegate,
                        delegations);
            case SPENT ->
                new Purse(
                        account,
                        owner,
                        label,
                        deposited,
                        spent.add(amount),
                        exited,
                        exiting,
                        exitReadyAt,
                        delegate,
                        delegations);
            case EXIT_REQUESTED -> exit(exited, amount, event.other().longValueExact());
            case EXIT_CANCELLED -> exit(exited, BigInteger.ZERO, 0);
            case EXITED -> exit(exited.add(amount), BigInteger.ZERO, 0);
            case AUTHORISED -> delegate(event.address());
            case REVOKED -> delegate(null);
            case CONTESTED, SPENDING_PROPOSED, ROOT_PROPOSED, ROOT_FINALISED, CLAIMED -> this;
        };
    }

    private Purse exit(BigInteger exited, BigInteger exiting, long readyAt) {
        return new Purse(account, owner, label, deposited, spent, exited, exiting, readyAt, delegate, delegations);
    }

    private Purse delegate(@Nullable String to) {
        return new Purse(account, owner, label, deposited, spent, exited, exiting, exitReadyAt, to, delegations + 1);
    }

    /** What the contract can still count as spent, an exit under way included. */
    public BigInteger unspent() {
        return deposited.subtract(exited).subtract(spent);
    }

    /** What credits may be had for: all that was deposited and is not on its way out. */
    public BigInteger backing() {
        return deposited.subtract(exited).subtract(exiting);
    }
}
