package org.decentralizedai.server.account;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.SessionToken;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.billing.key.Customer;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/** {@code /api/session}: who is signed in; signing out here, and everywhere ({@code /api/sessions}). */
public final class SessionRoutes implements Routes {
    /**
     * @param name for themselves; null when signed out, as the next two
     * @param csrf to be said in {@link SignedIn#CSRF} by requests that change something
     */
    record Session(
            boolean signedIn,
            @Nullable String accountId,
            @Nullable String name,
            @Nullable String csrf) {
        static final Session NONE = new Session(false, null, null, null);
    }

    private final Sessions sessions;
    private final Billing billing;
    private final SignedIn signedIn;

    public SessionRoutes(Sessions sessions, Billing billing, SignedIn signedIn) {
        this.sessions = sessions;
        this.billing = billing;
        this.signedIn = signedIn;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/session",
                context -> context.header("Cache-Control", "no-store").json(session(context)));
        routes.delete("/api/session", this::signOut);
        routes.delete("/api/sessions", this::signOutEverywhere);
    }

    private Session session(Context context) {
        return signedIn.accountIfAny(context)
                .flatMap(billing.customers()::find)
                .flatMap(customer -> signedIn.cookie().read(context).map(token -> session(customer, token)))
                .orElse(Session.NONE);
    }

    private static Session session(Customer customer, SessionToken token) {
        return new Session(true, customer.id(), customer.name(), token.csrf());
    }

    private void signOut(Context context) {
        sessions.close(signedIn.token(context));
        signedOut(context);
    }

    private void signOutEverywhere(Context context) {
        sessions.closeAll(signedIn.account(context));
        signedOut(context);
    }

    private void signedOut(Context context) {
        billing.sync();
        signedIn.cookie().clear(context);
        context.status(204);
    }
}
