package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ethereum.Refusal;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.VoucherException;
import org.decentralizedai.billing.voucher.Vouchers;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;

/**
 * {@code GET /api/wallet/vouchers}: what the customer's delegates should sign now; {@code POST}: a voucher. {@code POST
 * /api/wallet/delegations}: the owner's word that a key may sign. By EIP-712; wei are texts of digits.
 */
final class VoucherRoutes implements Routes {
    private static final int ASKS_PER_MINUTE = 60;

    /** @param spent wei, ever: exactly what is owed */
    record Wanted(String owner, String account, String delegate, String spent) {}

    /** @param label of the account: with the owner it makes the purse's name */
    record Asked(String label, List<Wanted> wanted) {}

    private final Vouchers vouchers;
    private final Billing billing;
    private final Function<Context, String> signedIn;
    private final Pace pace;

    VoucherRoutes(Vouchers vouchers, Billing billing, Function<Context, String> signedIn) {
        this.vouchers = vouchers;
        this.billing = billing;
        this.signedIn = signedIn;
        pace = new Pace(billing.limits(), "vouchers", ASKS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/wallet/vouchers", context -> WalletRoutes.answer(context, asked(account(context))));
        routes.post("/api/wallet/vouchers", context -> taken(context, account(context)));
        routes.post("/api/wallet/delegations", context -> authorised(context, account(context)));
    }

    private String account(Context context) {
        String account = signedIn.apply(context);
        pace.keep(context, account);
        return account;
    }

    private Asked asked(String account) {
        var wanted = vouchers.wanted(account).stream()
                .map(voucher -> new Wanted(
                        String.valueOf(voucher.purse().owner()),
                        voucher.purse().account(),
                        voucher.delegate(),
                        voucher.spent().toString()))
                .toList();
        return new Asked(new Label(account).hex(), wanted);
    }

    private void taken(Context context, String account) {
        var fields = WalletFields.in(context);
        String purse = Purse.account(fields.address("owner"), new Label(account));
        var spent = fields.wei("spent");
        String signature = fields.bytes("signature");
        keep(context, () -> vouchers.accept(account, purse, spent, signature));
    }

    private void authorised(Context context, String account) {
        var fields = WalletFields.in(context);
        String purse = Purse.account(fields.address("owner"), new Label(account));
        String delegate = fields.address("delegate"), signature = fields.bytes("signature");
        keep(context, () -> vouchers.authorise(account, purse, delegate, signature));
    }

    private void keep(Context context, Runnable take) {
        if (!billing.alone()) throw new RequestException(UNAVAILABLE, "nothing can be kept just now");
        try {
            take.run();
        } catch (VoucherException e) {
            throw new RequestException(CONFLICT, String.valueOf(e.getMessage()));
        } catch (Refusal e) {
            throw new RequestException(UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        billing.sync();
        context.status(204);
    }
}
