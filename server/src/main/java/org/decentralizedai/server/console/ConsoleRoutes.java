package org.decentralizedai.server.console;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.Customer;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Statements;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.InvoiceStore;
import org.decentralizedai.billing.meter.UsageLine;
import org.decentralizedai.billing.meter.UsageStore;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jdbi.v3.core.Jdbi;

/**
 * {@code GET /api/console...}: what the account of whoever is signed in has, has used and was booked. Amounts are millionths of a
 * credit. Programs read the same with a key: {@link org.decentralizedai.server.http.AccountRoutes}.
 */
public final class ConsoleRoutes implements Routes {
    private static final int MONTHS = 12;
    private static final int BOOKINGS = 25;
    private static final int MOST_BOOKINGS = 100;
    private static final int READS_PER_MINUTE = 120;

    /**
     * @param reserved what running requests may cost at most
     * @param limits of all keys together
     */
    record Own(String account, String name, BigInteger balance, BigInteger reserved, Rate limits) {}

    record Usage(LocalDate first, LocalDate last, List<UsageLine> lines) {}

    /** @param preliminary the month is not over */
    record Month(String month, long requests, long microCredits, boolean preliminary) {}

    /** @param total how many bookings the account has */
    record Bookings(String account, long total, List<Statements.Line> rows) {}

    private final Billing billing;
    private final Statements statements;
    private final InvoiceStore invoices;
    private final Rate limits;
    private final Clock clock;
    private final Function<Context, String> signedIn;
    private final Pace reading;

    /**
     * @param jdbi of the database that has the books
     * @param limits of an account
     * @param signedIn the account of whoever asks; refuses who is not signed in
     */
    public ConsoleRoutes(Billing billing, Jdbi jdbi, Rate limits, Clock clock, Function<Context, String> signedIn) {
        this.billing = billing;
        statements = new Statements(jdbi);
        invoices = new InvoiceStore(jdbi);
        this.limits = limits;
        this.clock = clock;
        this.signedIn = signedIn;
        reading = reading(billing);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/console", context -> answer(context, own(account(context))));
        routes.get("/api/console/usage", context -> answer(context, usage(context)));
        routes.get(
                "/api/console/usage.csv",
                context -> download(
                        context, "usage.csv", UsageStore.csv(usage(context).lines())));
        routes.get("/api/console/invoices", context -> answer(context, months(account(context))));
        routes.get("/api/console/invoices/{month}", this::invoice);
        routes.get("/api/console/sheets", context -> answer(context, statements.sheets(account(context))));
        routes.get("/api/console/bookings", context -> answer(context, bookings(context)));
    }

    static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private static void download(Context context, String name, String csv) {
        context.header("Cache-Control", "no-store")
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .contentType("text/csv; charset=utf-8")
                .result(csv);
    }

    /** All of the console together. */
    static Pace reading(Billing billing) {
        return new Pace(billing.limits(), "the console", READS_PER_MINUTE);
    }

    private String account(Context context) {
        String account = signedIn.apply(context);
        reading.keep(context, account);
        return account;
    }

    private Own own(String account) {
        String name = billing.customers().find(account).map(Customer::name).orElse("");
        var reserved = billing.ledger().amount(Account.reserved(account));
        return new Own(account, name, billing.balance(account), reserved, limits);
    }

    private Usage usage(Context context) {
        String account = account(context);
        var days = Days.asked(context, today());
        return new Usage(days.first(), days.last(), billing.usage().days(account, days.first(), days.last()));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** The months of the last year in which something was used, newest first. */
    private List<Month> months(String account) {
        var now = YearMonth.from(today());
        var sums = new TreeMap<YearMonth, Month>(Comparator.reverseOrder());
        LocalDate first = now.minusMonths(MONTHS - 1).atDay(1);
        for (UsageLine line : billing.usage().days(account, first, now.atEndOfMonth())) {
            var month = YearMonth.from(line.day());
            sums.merge(
                    month,
                    new Month(month.toString(), line.requests(), line.microCredits(), month.equals(now)),
                    (one, other) -> new Month(
                            one.month(),
                            one.requests() + other.requests(),
                            one.microCredits() + other.microCredits(),
                            one.preliminary()));
        }
        return List.copyOf(sums.values());
    }

    private void invoice(Context context) {
        String account = account(context), asked = context.pathParam("month");
        if (!asked.endsWith(".csv"))
            throw new RequestException(NOT_FOUND, "an invoice is a table: /api/console/invoices/2026-11.csv");
        var invoice = invoices.of(account, Days.month(asked.substring(0, asked.length() - ".csv".length())));
        download(context, "invoice-" + invoice.number() + ".csv", invoice.csv());
    }

    private Bookings bookings(Context context) {
        String account = account(context);
        String asked = context.queryParam("account");
        String id = asked == null ? Account.balance(account).id() : asked;
        var sheet = statements.sheet(account, id);
        if (sheet.isEmpty() && asked == null) return new Bookings(id, 0, List.of()); // nothing was ever booked
        return sheet.map(found -> new Bookings(id, found.bookings(), lines(context, found)))
                .orElseThrow(() -> new RequestException(NOT_FOUND, "you have no account of this name in the ledger"));
    }

    private List<Statements.Line> lines(Context context, Statements.Sheet sheet) {
        long before = number(context, "before", Long.MAX_VALUE);
        int size = (int) Math.clamp(number(context, "size", BOOKINGS), 1, MOST_BOOKINGS);
        return statements.lines(sheet, before, size);
    }

    private static long number(Context context, String name, long fallback) {
        String said = context.queryParam(name);
        if (said == null) return fallback;
        try {
            long number = Long.parseLong(said);
            if (number > 0) return number;
        } catch (NumberFormatException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, name + " must be a whole number, 1 or more");
    }
}
