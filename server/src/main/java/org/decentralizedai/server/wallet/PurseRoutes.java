package org.decentralizedai.server.wallet;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.billing.pool.PoolEvent;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.Positions;
import org.decentralizedai.billing.voucher.Vouchers;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/wallet}: what whoever is signed in has in the contract, as of the confirmed blocks. Amounts are texts of digits. */
final class PurseRoutes implements Routes {
    private static final int READS_PER_MINUTE = 120;

    /** @param transaction on the chain; @param block of it */
    record Deposit(String transaction, long block, String owner, String wei, String microCredits) {}

    /**
     * @param owner who alone may take out what is unspent
     * @param owed wei that the contract should count as spent, ever
     * @param free wei that may be taken out: neither spent, counted or not, nor on its way out
     * @param exitReadyAt seconds since 1970; 0: nothing is on its way out
     * @param delegate whose vouchers the contract takes
     * @param signer who is asked for vouchers: named last, here or else at the contract
     * @param delegations nonce of the next one
     */
    record Line(
            String account,
            String owner,
            String deposited,
            String spent,
            String exited,
            String unspent,
            String owed,
            String free,
            String exiting,
            long exitReadyAt,
            @Nullable String delegate,
            @Nullable String signer,
            long delegations) {}

    /**
     * @param label what the contract calls the account
     * @param microCredits that can be spent
     */
    record Own(String account, String label, String microCredits, List<Deposit> deposits, List<Line> purses) {}

    private final Ether ether;
    private final Vouchers vouchers;
    private final Billing billing;
    private final Function<Context, String> signedIn;
    private final Pace reading;

    PurseRoutes(Ether ether, Billing billing, Function<Context, String> signedIn) {
        this.ether = ether;
        vouchers = billing.vouchers().orElseThrow();
        this.billing = billing;
        this.signedIn = signedIn;
        reading = new Pace(billing.limits(), "the wallet", READS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/wallet", context -> {
            String account = signedIn.apply(context);
            reading.keep(context, account);
            WalletRoutes.answer(context, own(account));
        });
    }

    private Own own(String account) {
        return new Own(
                account,
                new Label(account).hex(),
                billing.balance(account).toString(),
                deposits(account),
                ether.positions().claims(account).stream().map(this::line).toList());
    }

    /** Newest first. */
    private List<Deposit> deposits(String account) {
        var rate = BigInteger.valueOf(ether.settings().weiPerMicroCredit());
        return ether.purses().of(account).stream()
                .flatMap(purse -> ether.events().of(purse.account()).stream())
                .filter(event -> event.kind() == Kind.DEPOSITED)
                .sorted(Comparator.comparingLong(
                                (PoolEvent event) -> event.place().block())
                        .reversed())
                .map(event -> new Deposit(
                        event.place().transaction(),
                        event.place().block(),
                        String.valueOf(event.address()),
                        event.amount().toString(),
                        event.amount().divide(rate).toString()))
                .toList();
    }

    private Line line(Positions.Claim claim) {
        var purse = claim.purse();
        var free = purse.deposited()
                .subtract(purse.exited())
                .subtract(purse.exiting())
                .subtract(claim.owed())
                .max(BigInteger.ZERO);
        return new Line(
                purse.account(),
                String.valueOf(purse.owner()),
                purse.deposited().toString(),
                purse.spent().toString(),
                purse.exited().toString(),
                purse.unspent().toString(),
                claim.owed().toString(),
                free.toString(),
                purse.exiting().toString(),
                purse.exitReadyAt(),
                purse.delegate(),
                vouchers.delegate(purse).orElse(null),
                purse.delegations());
    }
}
