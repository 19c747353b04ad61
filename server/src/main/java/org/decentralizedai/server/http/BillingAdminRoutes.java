package org.decentralizedai.server.http;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.Customer;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.NewKey;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.StatementLine;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.EventLedger;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /admin/...}: the operator's commands about customers. {@link AdminRoutes} authorises them. A key's text is in the
 * answer to the command that makes it, and nowhere else.
 */
public final class BillingAdminRoutes implements Routes {
    private static final int SHOWN = 20;

    /** @param key its text, shown this once */
    record Made(String id, String key, String message) {}

    record Balance(String customer, BigInteger microCredits, String message) {}

    record Overview(
            Customer customer, BigInteger balanceMicroCredits, List<StoredKey> keys, List<StatementLine> bookings) {}

    private final Billing billing;
    private final EventLedger events;

    public BillingAdminRoutes(Billing billing, EventLedger events) {
        this.billing = billing;
        this.events = events;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.post("/admin/open-account", this::open);
        routes.post("/admin/account", context -> context.json(overview(customer(context))));
        routes.post("/admin/grant", this::grant);
        routes.post("/admin/make-key", this::makeKey);
        routes.post("/admin/rotate-key", this::rotateKey);
        routes.post("/admin/revoke-key", this::revokeKey);
    }

    private void open(Context context) {
        try {
            var customer = billing.customers().open(said(context, "name"));
            billing.sync();
            events.add("ACCOUNT", "account " + customer.id() + " was opened");
            context.json(customer);
        } catch (IllegalArgumentException e) {
            throw bad(e);
        }
    }

    private Overview overview(Customer customer) {
        return new Overview(
                customer,
                billing.balance(customer.id()),
                billing.keys().of(customer.id()),
                billing.ledger().statement(customer.id(), Long.MAX_VALUE, SHOWN));
    }

    private void grant(Context context) {
        var customer = customer(context);
        var microCredits = microCredits(said(context, "credits"));
        var outcome = granted(said(context, "id"), customer, microCredits, said(context, "why"));
        if (outcome == Outcome.REPLAYED)
            throw new RequestException(CONFLICT, "a grant with this id was booked before; nothing was booked now");
        String sentence = microCredits + " micro-credits were granted to " + customer.id();
        events.add("GRANT", sentence);
        context.json(new Balance(customer.id(), billing.balance(customer.id()), sentence));
    }

    private Outcome granted(String id, Customer customer, BigInteger microCredits, String why) {
        try {
            return billing.grant(id, customer.id(), microCredits, why);
        } catch (IllegalArgumentException e) {
            throw bad(e);
        }
    }

    private static BigInteger microCredits(String credits) {
        try {
            var micro = new BigDecimal(credits).movePointRight(6).toBigIntegerExact();
            if (micro.signum() > 0 && micro.bitLength() < Long.SIZE) return micro;
        } catch (ArithmeticException | NumberFormatException e) { // said below
        }
        throw new RequestException(
                BAD_REQUEST, "credits must be > 0 and have at most 6 digits behind the point: " + credits);
    }

    private void makeKey(Context context) {
        var customer = customer(context);
        try {
            String scopes = context.queryParam("scopes");
            var made = billing.keys()
                    .create(
                            customer.id(),
                            new KeyTerms(
                                    said(context, "name"),
                                    scopes == null ? Set.of(Scope.values()) : Scope.read(scopes),
                                    number(context, "expires"),
                                    number(context, "requests"),
                                    number(context, "tokens")));
            show(context, made, "was made");
        } catch (IllegalArgumentException e) {
            throw bad(e);
        }
    }

    private void rotateKey(Context context) {
        show(
                context,
                billing.keys().rotate(said(context, "key")).orElseThrow(BillingAdminRoutes::noKey),
                "has a new text; the old one is refused from now on");
    }

    private void show(Context context, NewKey key, String what) {
        billing.sync();
        String sentence = "key " + key.stored().id() + " of " + key.stored().customer() + " " + what;
        events.add("KEY", sentence);
        context.header("Cache-Control", "no-store")
                .json(new Made(key.stored().id(), key.text().reveal(), sentence + ". Its text is shown this once."));
    }

    private void revokeKey(Context context) {
        String id = said(context, "key");
        if (!billing.keys().revoke(id)) throw noKey();
        billing.sync();
        events.add("KEY", "key " + id + " was revoked");
        context.json(new AdminRoutes.Done("key " + id + " is refused from now on"));
    }

    private Customer customer(Context context) {
        String id = said(context, "customer");
        return billing.customers()
                .find(id)
                .orElseThrow(() -> new RequestException(NOT_FOUND, "there is no account " + id));
    }

    private static String said(Context context, String name) {
        String value = context.queryParam(name);
        if (value == null || value.isBlank())
            throw new RequestException(BAD_REQUEST, "say which " + name + ": ?" + name + "=...");
        return value;
    }

    private static @Nullable Long number(Context context, String name) {
        String value = context.queryParam(name);
        return value == null ? null : Long.valueOf(value);
    }

    private static RequestException noKey() {
        return new RequestException(NOT_FOUND, "there is no such key that is not revoked");
    }

    private static RequestException bad(IllegalArgumentException e) {
        return new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
    }
}
