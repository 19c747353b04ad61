package org.decentralizedai.server.http;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.FORBIDDEN;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.StatementLine;
import org.decentralizedai.billing.meter.UsageLine;
import org.decentralizedai.billing.meter.UsageStore;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;

/**
 * {@code /api/account/...}: what a customer has, has used and was booked, for whoever says a key with the scope USAGE
 * ({@code Authorization: Bearer KEY}). Amounts are millionths of a credit.
 */
public final class AccountRoutes implements Routes {
    private static final String BEARER = "Bearer ";
    private static final int DAYS = 30;
    private static final int MOST_DAYS = 366;
    private static final int MOST_BOOKINGS = 100;
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1), LATEST = LocalDate.of(9999, 12, 31);
    private static final int READS_PER_MINUTE = 120;

    /** @param reserved what running requests may cost at most */
    record Own(String customer, BigInteger balance, BigInteger reserved) {}

    record Usage(LocalDate first, LocalDate last, List<UsageLine> lines) {}

    /** @param before to ask for what is older */
    record Bookings(List<StatementLine> lines, long before) {}

    private final Billing billing;
    private final Pace reading;

    public AccountRoutes(Billing billing) {
        this.billing = billing;
        reading = new Pace(billing.limits(), "the account by its key", READS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/account", context -> answer(context, own(customer(context))));
        routes.get("/api/account/usage", context -> answer(context, usage(context)));
        routes.get("/api/account/usage.csv", context -> {
            String csv = UsageStore.csv(usage(context).lines());
            context.header("Cache-Control", "no-store").contentType("text/csv").result(csv);
        });
        routes.get("/api/account/bookings", context -> answer(context, bookings(context)));
    }

    private static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private String customer(Context context) {
        String said = context.header("Authorization");
        if (said == null || !said.startsWith(BEARER)) throw unauthorised();
        StoredKey key =
                billing.keys().admit(said.substring(BEARER.length()).strip()).orElseThrow(AccountRoutes::unauthorised);
        if (!key.terms().scopes().contains(Scope.USAGE))
            throw new RequestException(FORBIDDEN, "this key is not good for reading the account");
        reading.keep(context, key.customer());
        return key.customer();
    }

    private static RequestException unauthorised() {
        return new RequestException(UNAUTHORIZED, "say a key that is valid: Authorization: Bearer KEY");
    }

    private Own own(String customer) {
        return new Own(customer, billing.balance(customer), billing.ledger().amount(Account.reserved(customer)));
    }

    private Usage usage(Context context) {
        String customer = customer(context);
        LocalDate last = day(context, "last", LocalDate.now(ZoneOffset.UTC));
        LocalDate first = day(context, "first", last.minusDays(DAYS - 1));
        if (first.isAfter(last) || first.plusDays(MOST_DAYS).isBefore(last))
            throw new RequestException(BAD_REQUEST, "first must not be after last, nor more than a year before it");
        return new Usage(first, last, billing.usage().days(customer, first, last));
    }

    private static LocalDate day(Context context, String name, LocalDate fallback) {
        String said = context.queryParam(name);
        if (said == null) return fallback;
        try {
            var day = LocalDate.parse(said);
            if (!day.isBefore(EARLIEST) && !day.isAfter(LATEST)) return day;
        } catch (DateTimeParseException e) { // said below
        }
        throw new RequestException(
                BAD_REQUEST, name + " must be a day from " + EARLIEST + " to " + LATEST + ", such as 2026-11-28");
    }

    private Bookings bookings(Context context) {
        String customer = customer(context), said = context.queryParam("before");
        try {
            long before = said == null ? Long.MAX_VALUE : Long.parseLong(said);
            var lines = billing.ledger().statement(customer, before, MOST_BOOKINGS);
            return new Bookings(lines, lines.isEmpty() ? 0 : lines.getLast().number());
        } catch (NumberFormatException e) {
            throw new RequestException(BAD_REQUEST, "before must be the number of a booking");
        }
    }
}
