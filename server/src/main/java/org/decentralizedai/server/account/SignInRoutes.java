package org.decentralizedai.server.account;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.billing.account.SignUps;
import org.decentralizedai.billing.passkey.Passkeys;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/sign-in/...}: by a wallet or a passkey, each in two steps, an offer and the answer to it. Who answers rightly gets a
 * session; who comes with a new wallet, or a new passkey ({@code /api/sign-up/...}), gets an account as well.
 */
public final class SignInRoutes implements Routes {
    private static final JsonMapper JSON = new JsonMapper();

    record ChainName(long id, String name) {}

    /**
     * What the page must know before anybody tries.
     *
     * @param passkeyHost where passkeys work; null: nowhere
     */
    record Ways(
            List<ChainName> chains,
            List<String> origins,
            @Nullable String passkeyHost) {}

    record Message(String message) {}

    record Offer(String id, JsonNode options) {
        static Offer of(Passkeys.Offer offer) {
            return new Offer(offer.id(), JSON.readTree(offer.options()));
        }
    }

    record Opened(String accountId) {}

    private final Door door;
    private final SignUps signUps;
    private final Sessions sessions;
    private final Billing billing;
    private final SignedIn signedIn;
    private final List<ChainName> chains;
    private final SiteOrigin site;

    SignInRoutes(
            Door door,
            SignUps signUps,
            Sessions sessions,
            Billing billing,
            SignedIn signedIn,
            SiteOrigin site,
            SignInSettings settings) {
        this.door = door;
        this.signUps = signUps;
        this.sessions = sessions;
        this.billing = billing;
        this.signedIn = signedIn;
        this.site = site;
        chains = settings.chains().stream()
                .map(chain -> new ChainName(chain.id(), chain.name()))
                .toList();
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/sign-in", context -> answer(context, ways()));
        routes.post(
                "/api/sign-in/ethereum/message",
                context -> answer(context, new Message(door.message(context).text())));
        routes.post("/api/sign-in/ethereum", context -> open(context, signUps.account(door.wallet(context))));
        routes.post("/api/sign-in/passkey/options", context -> answer(context, Offer.of(door.offerUse(context))));
        routes.post("/api/sign-in/passkey", context -> open(context, door.used(context)));
        routes.post(
                "/api/sign-up/passkey/options",
                context -> answer(context, Offer.of(door.offerMaking(context, checkedName(Said.in(context)), null))));
        routes.post("/api/sign-up/passkey", this::signUp);
    }

    private Ways ways() {
        return new Ways(chains, site.all(), site.passkeyHost().orElse(null));
    }

    static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    static String checkedName(Said said) {
        String name = said.text("name").strip();
        if (name.isEmpty() || name.length() > 80)
            throw new RequestException(BAD_REQUEST, "a name must have 1 to 80 characters");
        return name;
    }

    private void signUp(Context context) {
        var said = Said.in(context);
        String name = checkedName(said);
        var made = door.made(context, said);
        open(context, Door.asking(() -> signUps.account(made, name)));
    }

    /** A session of its own for each sign-in: a token that was there before is worth nothing to whoever planted it. */
    private void open(Context context, String account) {
        signedIn.cookie().read(context).ifPresent(sessions::close);
        var token = sessions.open(account);
        billing.sync();
        signedIn.cookie().set(context, token, sessions.lifetime().whole());
        answer(context, new Opened(account));
    }
}
