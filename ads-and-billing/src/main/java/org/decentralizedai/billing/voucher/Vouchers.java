package org.decentralizedai.billing.voucher;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decentralizedai.billing.ethereum.KeySignature;
import org.decentralizedai.billing.ethereum.SmartWallets;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.pool.Positions;
import org.decentralizedai.billing.pool.Positions.Claim;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.VoucherException.Code;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Takes delegations and vouchers, asks for vouchers, and says what is to be brought to the contract. Since a voucher says all that was
 * spent, only the highest is kept. Thread-safe.
 */
public final class Vouchers {
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}"),
            SIGNATURE = Pattern.compile("0x([0-9a-fA-F]{2}){65,1990}");

    /**
     * A voucher that the customer's delegate should sign now.
     *
     * @param spent exactly what is owed
     */
    public record Wanted(Purse purse, String delegate, BigInteger spent) {}

    private final Ether ether;
    private final URI node;
    private final TypedData typed;
    private final VoucherStore store;
    private final SmartWallets wallets = new SmartWallets();

    public Vouchers(Ether ether, Jdbi jdbi, Clock clock) {
        this.ether = ether;
        var chain = requireNonNull(ether.settings().chain());
        node = requireNonNull(chain.rpc());
        typed = new TypedData(chain.id(), ether.contract());
        store = new VoucherStore(jdbi, clock);
    }

    public TypedData typed() {
        return typed;
    }

    /**
     * Keeps the owner's word that the delegate signs from now on.
     *
     * @param signature the owner's: a pair of keys' or a smart wallet's (ERC-1271), of {@link TypedData#delegation}
     * @throws VoucherException NO_PURSE, NO_DELEGATE, WRONG_SIGNER
     * @throws org.decentralizedai.billing.ethereum.Refusal when the node that a smart wallet is asked through does not answer
     */
    public Delegation authorise(String customer, String account, String delegate, String signature) {
        if (!ADDRESS.matcher(delegate).matches())
            throw new VoucherException(Code.NO_DELEGATE, "the delegate is no address");
        var purse = purse(customer, account);
        String owner = requireNonNull(purse.owner(), "a customer's purse has an owner");
        var delegation =
                new Delegation(account, delegate.toLowerCase(Locale.ROOT), purse.delegations(), checked(signature));
        byte[] digest = typed.delegation(account, delegation.delegate(), delegation.nonce());
        byte[] bytes = TypedData.signature(signature);
        boolean own = KeySignature.of(digest, bytes).filter(owner::equals).isPresent();
        if (!own && !wallets.valid(node, owner, digest, bytes))
            throw new VoucherException(Code.WRONG_SIGNER, "this is not the signature of the deposit's owner " + owner);
        store.put(delegation);
        return delegation;
    }

    private static String checked(String signature) {
        if (!SIGNATURE.matcher(signature).matches())
            throw new VoucherException(Code.WRONG_SIGNER, "this is no signature");
        return signature.toLowerCase(Locale.ROOT);
    }

    private Purse purse(String customer, String account) {
        return ether.purses().of(customer).stream()
                .filter(purse -> purse.account().equals(account))
                .findFirst()
                .orElseThrow(() -> new VoucherException(Code.NO_PURSE, "your account has no such deposit"));
    }

    /** The delegate's name for vouchers: of the delegation that waits to be brought, else the contract's. */
    private Optional<String> delegate(Purse purse) {
        return waiting(purse).map(Delegation::delegate).or(() -> Optional.ofNullable(purse.delegate()));
    }

    /** Signed, and not on the chain: one that was overtaken by another or revoked counts no more. */
    private Optional<Delegation> waiting(Purse purse) {
        return store.delegation(purse.account()).filter(delegation -> delegation.nonce() == purse.delegations());
    }

    /** What the customer's delegates should sign now, the oldest purse first. */
    public List<Wanted> wanted(String customer) {
        return ether.positions().claims(customer).stream()
                .filter(Claim::open)
                .flatMap(claim -> delegate(claim.purse())
                        .filter(delegate -> signed(claim.purse(), delegate).compareTo(claim.owed()) < 0)
                        .map(delegate -> new Wanted(claim.purse(), delegate, claim.owed()))
                        .stream())
                .toList();
    }

    private BigInteger signed(Purse purse, String delegate) {
        return store.voucher(purse.account(), delegate)
                .map(Voucher::spent)
                .orElse(BigInteger.ZERO)
                .max(purse.spent());
    }

    /**
     * Keeps a voucher.
     *
     * @param spent more than any before, and at most what was spent
     * @throws VoucherException whatever its code
     */
    public Voucher accept(String customer, String account, BigInteger spent, String signature) {
        var purse = purse(customer, account);
        String delegate = delegate(purse)
                .orElseThrow(() -> new VoucherException(Code.NO_DELEGATE, "nobody may sign for this deposit yet"));
        if (spent.compareTo(signed(purse, delegate)) <= 0) throw tooLow();
        var owed = ether.positions().claims(customer).stream()
                .filter(claim -> claim.purse().account().equals(account))
                .findFirst()
                .map(Claim::owed)
                .orElse(BigInteger.ZERO);
        if (spent.compareTo(owed) > 0)
            throw new VoucherException(Code.TOO_HIGH, "only " + owed + " wei were spent of this deposit");
        byte[] bytes = TypedData.signature(checked(signature));
        if (!KeySignature.of(typed.voucher(account, spent), bytes).equals(Optional.of(delegate)))
            throw new VoucherException(Code.WRONG_SIGNER, "this is not the signature of the delegate " + delegate);
        var voucher = new Voucher(account, delegate, spent, signature.toLowerCase(Locale.ROOT));
        if (!store.put(voucher)) throw tooLow();
        return voucher;
    }

    private static VoucherException tooLow() {
        return new VoucherException(Code.TOO_LOW, "a voucher for as much was signed before");
    }

    /**
     * Whether the customer may spend more. What no voucher says is not his word: the quorum can post the contract's cap of it at a
     * time, and nothing of one who is on his way out; so he may owe as much as that, and not more.
     */
    public boolean trusted(String customer) {
        var cap = ether.cap();
        if (cap.isEmpty() || ether.purses().of(customer).isEmpty()) return true;
        return ether.positions().claims(customer).stream()
                        .filter(Claim::open)
                        .map(claim -> claim.owed().subtract(signed(claim.purse())))
                        .reduce(BigInteger.ZERO, BigInteger::add)
                        .compareTo(cap.get())
                <= 0;
    }

    /** What the contract counts, or can be told by a voucher. */
    private BigInteger signed(Purse purse) {
        return owed(new Claim(purse, purse.spent()))
                .filter(owed -> owed instanceof Owed.ByVoucher)
                .map(Owed::spent)
                .orElse(purse.spent());
    }

    /** All that the contract should be told now. */
    public List<Owed> owed() {
        Positions positions = ether.positions();
        return positions.claims().stream()
                .filter(Claim::open)
                .flatMap(claim -> owed(claim).stream())
                .toList();
    }

    /** A delegate who waits to be brought and has signed nothing does not stop the vouchers of the one before. */
    private Optional<Owed> owed(Claim claim) {
        var purse = claim.purse();
        return waiting(purse)
                .flatMap(first -> byVoucher(purse, first.delegate(), first))
                .or(() -> Optional.ofNullable(purse.delegate()).flatMap(known -> byVoucher(purse, known, null)))
                .or(() -> byPosting(claim));
    }

    private Optional<Owed> byVoucher(Purse purse, String delegate, @Nullable Delegation first) {
        return store.voucher(purse.account(), delegate)
                .filter(signed -> signed.spent().compareTo(purse.spent()) > 0)
                .map(signed -> new Owed.ByVoucher(purse, signed, first));
    }

    private static Optional<Owed> byPosting(Claim claim) {
        var purse = claim.purse();
        boolean posted = purse.delegate() == null && purse.exiting().signum() == 0;
        return posted ? Optional.of(new Owed.ByPosting(purse, claim.owed())) : Optional.empty();
    }
}
