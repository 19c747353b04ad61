package org.decentralizedai.server.http;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Clock;
import java.util.Locale;
import org.decentralizedai.server.credit.Accounts;
import org.decentralizedai.server.credit.Accounts.Team;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.credit.Leaderboard;
import org.decentralizedai.server.credit.Page;
import org.decentralizedai.server.credit.PublicName;
import org.decentralizedai.server.credit.Statement;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.WorkerKey;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/credits/...}: the leaderboards for everybody, the rest for whoever says the key of an account
 * ({@code Authorization: Bearer KEY}, as a worker says it in its Hello). The body that sets a name is the name. Credits are
 * counted in millionths.
 */
public final class CreditRoutes implements Routes {
    private static final String BEARER = "Bearer ";
    private static final int ROWS = 25;

    /**
     * @param id hash of the key; public
     * @param heldTasks newest tasks whose credit is held back
     * @param sinceMillis of the first accepted task; null before it
     */
    record Own(
            String id,
            @Nullable String name,
            @Nullable Team team,
            long releasedMicroCredits,
            long heldMicroCredits,
            long forfeitedMicroCredits,
            long tasks,
            int heldTasks,
            @Nullable Long sinceMillis) {}

    private final CreditLedger credits;
    private final Accounts accounts;
    private final Leaderboard leaderboard;
    private final Statement statement;

    public CreditRoutes(Database database, CreditLedger credits, Clock clock) {
        this.credits = credits;
        accounts = new Accounts(database, clock);
        leaderboard = new Leaderboard(database, clock);
        statement = new Statement(database);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/credits/people", context -> answer(context, leaderboard.people(period(context), part(context))));
        routes.get("/api/credits/teams", context -> answer(context, leaderboard.teams(period(context), part(context))));
        routes.get("/api/credits/me", context -> answer(context, own(account(context))));
        routes.get("/api/credits/me/days", context -> answer(context, statement.days(account(context), part(context))));
        routes.get(
                "/api/credits/me/tasks", context -> answer(context, statement.tasks(account(context), part(context))));
        routes.put("/api/credits/me/name", this::rename);
        routes.delete("/api/credits/me/name", this::forgetName);
        routes.post("/api/credits/me/team", this::found);
        routes.put("/api/credits/me/team", this::join);
        routes.delete("/api/credits/me/team", this::leave);
    }

    private static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private Own own(String account) {
        var profile = accounts.find(account);
        var balance = credits.balance(account);
        return new Own(
                account,
                profile.map(Accounts.Profile::name).orElse(null),
                profile.map(Accounts.Profile::team).orElse(null),
                balance.released(),
                balance.held(),
                balance.forfeited(),
                balance.tasks(),
                credits.heldTasks(),
                profile.map(Accounts.Profile::sinceMillis).orElse(null));
    }

    private void rename(Context context) {
        String account = working(context);
        accounts.rename(account, name(context));
        answer(context, own(account));
    }

    private void forgetName(Context context) {
        String account = account(context);
        accounts.rename(account, null);
        answer(context, own(account));
    }

    private void found(Context context) {
        String account = working(context);
        if (accounts.found(account, name(context)).isEmpty())
            throw new RequestException(CONFLICT, "there is a team of that name: join it, or choose another");
        answer(context, own(account));
    }

    private void join(Context context) {
        String account = working(context);
        if (accounts.join(account, name(context)).isEmpty())
            throw new RequestException(NOT_FOUND, "there is no team of that name: create it, or look for its spelling");
        answer(context, own(account));
    }

    private void leave(Context context) {
        String account = account(context);
        accounts.leave(account);
        answer(context, own(account));
    }

    /** Who knows the key has the account; one key is as good as another until it has worked. */
    private static String account(Context context) {
        String given = context.header("Authorization");
        if (given == null || !given.startsWith(BEARER))
            throw new RequestException(UNAUTHORIZED, "say the key: Authorization: Bearer KEY");
        String key = given.substring(BEARER.length()).strip();
        if (!WorkerKey.isKey(key)) throw new RequestException(UNAUTHORIZED, "a key has 32 hex digits");
        return WorkerKey.id(key);
    }

    /** Names cost work: there are more keys than anybody can be told apart by. */
    private String working(Context context) {
        String account = account(context);
        if (accounts.find(account).isEmpty())
            throw new RequestException(CONFLICT, "a name or a team needs one accepted task of this key first");
        return account;
    }

    private static PublicName name(Context context) {
        try {
            return PublicName.of(context.body());
        } catch (IllegalArgumentException e) { // the rules of names, in a sentence
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static Leaderboard.Period period(Context context) {
        String period = context.queryParam("period");
        if (period == null) return Leaderboard.Period.ALL;
        try {
            return Leaderboard.Period.valueOf(period.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new RequestException(BAD_REQUEST, "period is all or day");
        }
    }

    private static Page.Request part(Context context) {
        try {
            return new Page.Request(number(context, "page", 1), number(context, "size", ROWS));
        } catch (IllegalArgumentException e) {
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static int number(Context context, String name, int otherwise) {
        String given = context.queryParam(name);
        if (given == null) return otherwise;
        try {
            return Integer.parseInt(given);
        } catch (NumberFormatException e) {
            throw new RequestException(BAD_REQUEST, name + " is a whole number");
        }
    }
}
