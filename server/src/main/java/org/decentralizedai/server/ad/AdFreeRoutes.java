package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ad.AdFree;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/** {@code /api/me/ad-free}: until when a signed-in account sees no ads, and buying months of it from the balance. */
public final class AdFreeRoutes implements Routes {
    private static final int READS_PER_MINUTE = 120, BUYS_PER_MINUTE = 10;

    /**
     * @param untilMillis null: the account sees ads
     * @param monthMicroCredits what thirty days cost
     * @param balance micro-credits
     */
    record Own(@Nullable Long untilMillis, long monthMicroCredits, int mostMonths, BigInteger balance) {}

    /** @param order of the buyer's making: said again, it buys nothing more; null: it buys */
    record Order(int months, @Nullable String order) {}

    private final AdFree free;
    private final Billing billing;
    private final Function<Context, String> signedIn;
    private final Pace reading, buying;

    /** @param signedIn the account of whoever asks; refuses who is not signed in, and changes that another site asks for */
    AdFreeRoutes(AdFree free, Billing billing, Function<Context, String> signedIn) {
        this.free = free;
        this.billing = billing;
        this.signedIn = signedIn;
        reading = new Pace(billing.limits(), "the end of your time without ads", READS_PER_MINUTE);
        buying = new Pace(billing.limits(), "time without ads", BUYS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/me/ad-free", context -> {
            String account = signedIn.apply(context);
            reading.keep(context, account);
            answer(context, account);
        });
        routes.post("/api/me/ad-free", this::buy);
    }

    private void buy(Context context) {
        String account = signedIn.apply(context);
        buying.keep(context, account);
        if (!billing.alone()) throw new RequestException(UNAVAILABLE, "nothing can be bought just now");
        var asked = Body.read(context, Order.class, "months (a whole number), order (text, to buy once)");
        String order = asked.order() == null ? UUID.randomUUID().toString() : asked.order();
        if (!bought(account, asked.months(), order))
            throw new RequestException(CONFLICT, "your balance does not hold that: top up first");
        billing.sync();
        answer(context, account);
    }

    private boolean bought(String account, int months, String order) {
        try {
            return Body.checked(() -> free.buy(account, months, order));
        } catch (RefusedException e) {
            throw new RequestException(CONFLICT, Billing.UNSIGNED);
        }
    }

    private void answer(Context context, String account) {
        var own = new Own(
                free.until(account).map(Instant::toEpochMilli).orElse(null),
                free.monthMicroCredits(),
                AdFree.MOST_MONTHS,
                billing.balance(account));
        context.header("Cache-Control", "no-store").json(own);
    }
}
