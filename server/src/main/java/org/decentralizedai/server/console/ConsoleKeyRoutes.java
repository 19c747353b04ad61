package org.decentralizedai.server.console;

import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.NewKey;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/console/keys...}: the keys of whoever is signed in. A key's text is in the answer to the request that makes it, and
 * nowhere else. A key of another account is answered as one that does not exist.
 */
public final class ConsoleKeyRoutes implements Routes {
    private static final int MOST_KEYS = 50;
    private static final int CHANGES_PER_MINUTE = 20;

    /**
     * @param scopes in small letters
     * @param state ACTIVE, EXPIRED or REVOKED
     */
    record Shown(
            String id,
            String name,
            String hint,
            List<String> scopes,
            long createdAtMillis,
            @Nullable Long expiresAtMillis,
            @Nullable Long usedAtMillis,
            @Nullable Long requestsPerMinute,
            @Nullable Long tokensPerMinute,
            String state) {}

    /** @param text shown this once */
    record Made(Shown key, String text) {}

    private final Billing billing;
    private final Clock clock;
    private final Function<Context, String> signedIn;
    private final Pace reading, changing;

    /** @param signedIn the account of whoever asks; refuses who is not signed in, and changes that another site asks for */
    public ConsoleKeyRoutes(Billing billing, Clock clock, Function<Context, String> signedIn) {
        this.billing = billing;
        this.clock = clock;
        this.signedIn = signedIn;
        reading = ConsoleRoutes.reading(billing);
        changing = new Pace(billing.limits(), "a change of a key", CHANGES_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/console/keys", this::list);
        routes.post("/api/console/keys", this::create);
        routes.post("/api/console/keys/{id}/rotate", this::rotate);
        routes.delete("/api/console/keys/{id}", this::revoke);
    }

    private void list(Context context) {
        String account = signedIn.apply(context);
        reading.keep(context, account);
        ConsoleRoutes.answer(
                context, billing.keys().of(account).stream().map(this::shown).toList());
    }

    private void create(Context context) {
        String account = changing(context);
        KeyTerms terms = KeyRequest.read(context.body()).terms(clock.millis());
        long live = billing.keys().of(account).stream()
                .filter(key -> !key.revoked())
                .count();
        if (live >= MOST_KEYS)
            throw new RequestException(CONFLICT, "you have " + MOST_KEYS + " keys: revoke one that you don't need");
        answer(context, billing.keys().create(account, terms));
    }

    private void rotate(Context context) {
        StoredKey key = own(context, changing(context));
        if (key.expired(clock.millis()))
            throw new RequestException(
                    CONFLICT, "this key has expired: a new text would be no good either. Make a new key");
        answer(context, billing.keys().rotate(key.id()).orElseThrow(ConsoleKeyRoutes::noKey));
    }

    private void answer(Context context, NewKey made) {
        billing.sync();
        ConsoleRoutes.answer(context, new Made(shown(made.stored()), made.text().reveal()));
    }

    private void revoke(Context context) {
        StoredKey key = own(context, changing(context));
        if (!billing.keys().revoke(key.id())) throw noKey();
        billing.sync();
        context.status(204);
    }

    /** The account of whoever is signed in, unless it makes too many changes. */
    private String changing(Context context) {
        String account = signedIn.apply(context);
        changing.keep(context, account);
        return account;
    }

    private StoredKey own(Context context, String account) {
        return billing.keys()
                .find(context.pathParam("id"))
                .filter(key -> key.customer().equals(account))
                .orElseThrow(ConsoleKeyRoutes::noKey);
    }

    private Shown shown(StoredKey key) {
        var terms = key.terms();
        return new Shown(
                key.id(),
                terms.name(),
                key.hint(),
                sorted(terms.scopes()),
                key.createdAtMillis(),
                terms.expiresAtMillis(),
                key.usedAtMillis(),
                terms.requestsPerMinute(),
                terms.tokensPerMinute(),
                key.revoked() ? "REVOKED" : key.expired(clock.millis()) ? "EXPIRED" : "ACTIVE");
    }

    private static List<String> sorted(Set<Scope> scopes) {
        return EnumSet.copyOf(scopes).stream()
                .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static RequestException noKey() {
        return new RequestException(NOT_FOUND, "you have no such key that is not revoked");
    }
}
