package org.decentralizedai.server.account;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.PersonalData;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.billing.account.WaysIn;
import org.decentralizedai.billing.ethereum.Wallet;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.passkey.Passkey;
import org.decentralizedai.billing.passkey.PasskeyStore;
import org.decentralizedai.server.credit.CreditBindings;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.WorkerKey;

/**
 * {@code /api/me/...}: what a signed-in person does with the account itself: ways to sign in, keys of credit, all data, the end.
 */
public final class OwnAccountRoutes implements Routes {
    record Own(
            String accountId,
            String name,
            long createdAtMillis,
            List<WalletStore.Bound> wallets,
            List<Passkey> passkeys,
            List<CreditBindings.Bound> creditKeys) {}

    private static final int READS_PER_MINUTE = 120, EXPORTS_PER_MINUTE = 2;

    private final Door door;
    private final SignedIn signedIn;
    private final Sessions sessions;
    private final Billing billing;
    private final WalletStore wallets;
    private final PasskeyStore passkeys;
    private final WaysIn waysIn;
    private final PersonalData data;
    private final CreditBindings bindings;
    private final AccountExport export;
    private final Pace reading, exporting;

    OwnAccountRoutes(
            Door door,
            SignedIn signedIn,
            Sessions sessions,
            Billing billing,
            WalletStore wallets,
            PasskeyStore passkeys,
            WaysIn waysIn,
            PersonalData data,
            CreditBindings bindings,
            AccountExport export) {
        this.door = door;
        this.signedIn = signedIn;
        this.sessions = sessions;
        this.billing = billing;
        this.wallets = wallets;
        this.passkeys = passkeys;
        this.waysIn = waysIn;
        this.data = data;
        this.bindings = bindings;
        this.export = export;
        reading = new Pace(billing.limits(), "your account's page", READS_PER_MINUTE);
        exporting = new Pace(billing.limits(), "your data", EXPORTS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/me", context -> {
            String account = signedIn.account(context);
            reading.keep(context, account);
            SignInRoutes.answer(context, own(account));
        });
        routes.post("/api/me/wallets", this::bindWallet);
        routes.delete("/api/me/wallets/{address}/{chain}", this::removeWallet);
        routes.post("/api/me/passkeys/options", context -> {
            String account = signedIn.account(context);
            var offer = door.offerMaking(context, own(account).name(), account);
            SignInRoutes.answer(context, SignInRoutes.Offer.of(offer));
        });
        routes.post("/api/me/passkeys", this::addPasskey);
        routes.delete(
                "/api/me/passkeys/{id}",
                context -> removed(context, waysIn.remove(signedIn.account(context), context.pathParam("id"))));
        routes.post("/api/me/credit-keys", this::bindCreditKey);
        routes.delete("/api/me/credit-keys/{id}", this::releaseCreditKey);
        routes.get("/api/me/export", this::export);
        routes.delete("/api/me", this::delete);
    }

    private Own own(String account) {
        var customer = billing.customers().find(account).orElseThrow();
        return new Own(
                account,
                customer.name(),
                customer.createdAtMillis(),
                wallets.of(account),
                passkeys.of(account),
                bindings.of(account));
    }

    private void changed(Context context, String account) {
        billing.sync();
        SignInRoutes.answer(context, own(account));
    }

    private void bindWallet(Context context) {
        String account = signedIn.account(context);
        var wallet = door.wallet(context);
        if (!wallets.bind(wallet, account))
            throw new RequestException(
                    CONFLICT,
                    wallets.account(wallet).filter(account::equals).isPresent()
                            ? "this wallet is yours already"
                            : "this wallet opens another account: sign in with it and delete that account first");
        changed(context, account);
    }

    private void removeWallet(Context context) {
        String account = signedIn.account(context);
        try {
            var wallet = new Wallet(context.pathParam("address"), Long.parseLong(context.pathParam("chain")));
            removed(context, waysIn.remove(account, wallet));
        } catch (NumberFormatException e) {
            throw new RequestException(BAD_REQUEST, "chain is a whole number");
        }
    }

    private void removed(Context context, WaysIn.Removal removal) {
        switch (removal) {
            case REMOVED -> {
                String account = signedIn.account(context);
                sessions.closeOthers(account, signedIn.token(context)); // whoever came in that way may still be in
                changed(context, account);
            }
            case LAST -> throw new RequestException(CONFLICT, "it is your only way to sign in: add another one first");
            case NONE -> throw new RequestException(NOT_FOUND, "the account has no such way to sign in");
        }
    }

    private void addPasskey(Context context) {
        String account = signedIn.account(context);
        var said = Said.in(context);
        String name = SignInRoutes.checkedName(said);
        var made = door.made(context, said);
        Door.asking(() -> passkeys.add(made, account, name));
        changed(context, account);
    }

    private void bindCreditKey(Context context) {
        String account = signedIn.account(context);
        String key = Said.in(context).text("key").strip();
        if (!WorkerKey.isKey(key)) throw new RequestException(BAD_REQUEST, "a key has 32 hex digits");
        switch (bindings.bind(WorkerKey.id(key), account)) {
            case BOUND -> changed(context, account);
            case TAKEN -> throw new RequestException(CONFLICT, "this key belongs to another account");
            case UNKNOWN ->
                throw new RequestException(CONFLICT, "this key has no credit yet: it needs one accepted task first");
        }
    }

    private void releaseCreditKey(Context context) {
        String account = signedIn.account(context);
        if (!bindings.release(context.pathParam("id"), account))
            throw new RequestException(NOT_FOUND, "no such key belongs to the account");
        changed(context, account);
    }

    private void export(Context context) {
        String account = signedIn.account(context);
        exporting.keep(context, account);
        export.write(context, account);
    }

    /** Bookings stay, under an account id that leads to nobody; a ledger of which parts vanish is none. */
    private void delete(Context context) {
        String account = signedIn.account(context);
        data.delete(account);
        billing.sync();
        signedIn.cookie().clear(context);
        context.status(204);
    }
}
