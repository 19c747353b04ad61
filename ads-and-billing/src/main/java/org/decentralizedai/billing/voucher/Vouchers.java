package org.decentralizedai.billing.voucher;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.decentralizedai.billing.ethereum.KeySignature;
import org.decentralizedai.billing.ethereum.SmartWallets;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.pool.Positions;
import org.decentralizedai.billing.pool.Positions.Claim;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.VoucherException.Code;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

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
        String owner = requireNonNull(purse.owner(), "a customer's purse has an owner"),
                to = delegate.toLowerCase(Locale.ROOT);
        byte[] bytes = TypedData.signature(checked(signature)),
                digest = typed.delegation(account, to, purse.delegations());
        boolean own = KeySignature.of(digest, bytes).filter(owner::equals).isPresent();
        if (own) bytes = KeySignature.forContracts(bytes);
        else if (!wallets.valid(node, owner, digest, bytes))
            throw new VoucherException(Code.WRONG_SIGNER, "this is not the signature of the deposit's owner " + owner);
        var delegation = new Delegation(account, to, purse.delegations(), Numeric.toHexString(bytes));
        store.put(delegation);
        return delegation;
    }

    private static String checked(String signature) {
        if (!SIGNATURE.matcher(signature).matches())
            throw new VoucherException(Code.WRONG_SIGNER, "this is no signature");
        return signature;
    }

    private Purse purse(String customer, String account) {
        return ether.purses().of(customer).stream()
                .filter(purse -> purse.account().equals(account))
                .findFirst()
                .orElseThrow(() -> new VoucherException(Code.NO_PURSE, "your account has no such deposit"));
    }

    /** Who is to sign: the delegate that the owner has named last, here or else at the contract. */
    public Optional<String> delegate(Purse purse) {
        return waiting(purse).findFirst().map(Delegation::delegate).or(() -> Optional.ofNullable(purse.delegate()));
    }

    /** Signed, and not on the chain, the newest first: those that were overtaken by another or revoked count no more. */
    private Stream<Delegation> waiting(Purse purse) {
        return store.delegations(purse.account()).stream()
                .filter(delegation -> delegation.nonce() == purse.delegations());
    }

    /** What the customer's delegates should sign now, the oldest purse first. */
    public List<Wanted> wanted(String customer) {
        return ether.positions().claims(customer).stream()
                .filter(Claim::open)
                .flatMap(claim -> delegate(claim.purse())
                        .filter(_ -> claim.signed().compareTo(claim.owed()) < 0)
                        .map(delegate -> new Wanted(claim.purse(), delegate, claim.owed()))
                        .stream())
                .toList();
    }

    /**
     * Keeps a voucher.
     *
     * @param spent more than any before that can be brought, whoever signed it: so a new delegate takes nothing signed away, and at most what was spent
     * @throws VoucherException whatever its code
     */
    public Voucher accept(String customer, String account, BigInteger spent, String signature) {
        var purse = purse(customer, account);
        String delegate = delegate(purse)
                .orElseThrow(() -> new VoucherException(Code.NO_DELEGATE, "nobody may sign for this deposit yet"));
        var claim = ether.positions().claims(customer).stream()
                .filter(each -> each.purse().account().equals(account))
                .findFirst()
                .orElseThrow();
        if (spent.compareTo(claim.signed()) <= 0) throw tooLow();
        if (spent.compareTo(claim.owed()) > 0)
            throw new VoucherException(Code.TOO_HIGH, "only " + claim.owed() + " wei were spent of this deposit");
        byte[] bytes = KeySignature.forContracts(TypedData.signature(checked(signature)));
        if (!KeySignature.of(typed.voucher(account, spent), bytes).equals(Optional.of(delegate)))
            throw new VoucherException(Code.WRONG_SIGNER, "this is not the signature of the delegate " + delegate);
        var voucher = new Voucher(account, delegate, spent, Numeric.toHexString(bytes));
        if (!store.put(voucher)) throw tooLow();
        return voucher;
    }

    private static VoucherException tooLow() {
        return new VoucherException(Code.TOO_LOW, "a voucher for as much was signed before");
    }

    /** All that the contract should be told now. */
    public List<Owed> owed() {
        Positions positions = ether.positions();
        return positions.claims().stream()
                .filter(Claim::open)
                .flatMap(claim -> owed(claim).stream())
                .toList();
    }

    /**
     * First what the contract's delegate has signed and those before him, the highest first: no delegation is brought before it. Then
     * the highest of those who wait; or, when nobody signs, a posting.
     */
    private List<Owed> owed(Claim claim) {
        var purse = claim.purse();
        var owed = new ArrayList<Owed>();
        for (String delegate : ether.delegates(purse))
            byVoucher(claim, delegate, null).ifPresent(owed::add);
        owed.sort(Comparator.comparing(Owed::spent).reversed());
        var next = waiting(purse)
                .flatMap(first -> byVoucher(claim, first.delegate(), first).stream())
                .max(Comparator.comparing(Owed::spent));
        next.or(() -> byPosting(claim)).ifPresent(owed::add);
        return owed;
    }

    /** Empty also when it says more than is owed: then it waits. */
    private Optional<Owed> byVoucher(Claim claim, String delegate, @Nullable Delegation first) {
        return store.voucher(claim.purse().account(), delegate)
                .filter(signed -> signed.spent().compareTo(claim.purse().spent()) > 0)
                .filter(signed -> signed.spent().compareTo(claim.owed()) <= 0)
                .map(signed -> new Owed.ByVoucher(claim.purse(), signed, first));
    }

    private static Optional<Owed> byPosting(Claim claim) {
        var purse = claim.purse();
        var spent = claim.owed().min(purse.backing());
        boolean posted = purse.delegate() == null && spent.compareTo(purse.spent()) > 0;
        return posted ? Optional.of(new Owed.ByPosting(purse, spent)) : Optional.empty();
    }
}
