package org.decentralizedai.server.payout;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.decentralizedai.billing.payout.EpochClerk;
import org.decentralizedai.billing.payout.EpochClerk.ToSign;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.payout.NodeException;
import org.decentralizedai.billing.payout.PayoutEpoch;
import org.decentralizedai.billing.payout.SpendingStore;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.EventLedger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Epochs for everybody: {@code /api/epochs}, the published data {@code /epochs/N.json}, and what the contract's signers sign, with their
 * signatures. {@code POST /admin/close-epoch} is the operator's; {@code AdminRoutes} authorises it. Wei are strings.
 */
final class EpochRoutes implements Routes {
    private static final int SHOWN = 100;

    record Shown(
            long number,
            PayoutEpoch.State state,
            long closedAtMillis,
            String revenueWei,
            String totalWei,
            String root,
            String dataHash,
            String dataUri,
            @Nullable String proposedIn,
            @Nullable String finalIn) {
        static Shown of(PayoutEpoch epoch) {
            return new Shown(
                    epoch.number(),
                    epoch.state(),
                    epoch.closedAtMillis(),
                    epoch.revenue().toString(),
                    epoch.total().toString(),
                    epoch.root(),
                    epoch.dataHash(),
                    epoch.dataUri(),
                    epoch.proposedIn(),
                    epoch.finalIn());
        }
    }

    /** @param problem of the clerk's last turn; null: none */
    record Overview(@Nullable String problem, List<Shown> epochs) {}

    /** @param digest by EIP-712, of what is beside it */
    record Signing(String digest, int threshold, List<String> signers, Set<String> signed) {
        static Signing of(ToSign what) {
            return new Signing(
                    what.digest(), what.quorum().threshold(), what.quorum().signers(), what.signed());
        }
    }

    record EpochSigning(Shown epoch, Signing signing) {}

    record PostedSpending(String owner, String label, String wei) {}

    record SpendingSigning(
            long number,
            String hash,
            List<PostedSpending> postings,
            @Nullable String proposedIn,
            @Nullable String appliedIn,
            Signing signing) {}

    private record Signed(@Nullable String signature) {}

    record Done(String message) {}

    private final EpochStore epochs;
    private final SpendingStore spendings;
    private final EpochClerk clerk;
    private final EventLedger events;

    EpochRoutes(EpochStore epochs, SpendingStore spendings, EpochClerk clerk, EventLedger events) {
        this.epochs = epochs;
        this.spendings = spendings;
        this.clerk = clerk;
        this.events = events;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/epochs", context -> context.json(overview()));
        routes.get("/api/epochs/{number}", context -> context.json(signing(epoch(context))));
        routes.post("/api/epochs/{number}/signatures", this::signEpoch);
        routes.get("/api/spendings/newest", context -> context.json(signing(newestSpending())));
        routes.post("/api/spendings/{number}/signatures", this::signSpending);
        routes.get("/epochs/{number}.json", this::data);
        routes.post("/admin/close-epoch", this::close);
    }

    private Overview overview() {
        return new Overview(
                clerk.problem().orElse(null),
                epochs.newest(SHOWN).stream().map(Shown::of).toList());
    }

    private void data(Context context) {
        var data = epochs.data(number(context)).orElseThrow(() -> nothing("epoch"));
        context.header("Cache-Control", "public, max-age=31536000, immutable")
                .header("Access-Control-Allow-Origin", "*")
                .contentType("application/json")
                .result(data);
    }

    private PayoutEpoch epoch(Context context) {
        return epochs.find(number(context)).orElseThrow(() -> nothing("epoch"));
    }

    private EpochSigning signing(PayoutEpoch epoch) {
        return new EpochSigning(Shown.of(epoch), Signing.of(asked(() -> clerk.toSign(epoch))));
    }

    private SpendingStore.Spending newestSpending() {
        long newest = spendings.newest().orElseThrow(() -> nothing("posting of spending"));
        return spendings.find(newest).orElseThrow();
    }

    private SpendingSigning signing(SpendingStore.Spending spending) {
        return new SpendingSigning(
                spending.number(),
                spending.hash(),
                spending.postings().stream()
                        .map(each -> new PostedSpending(
                                each.owner(), each.label(), each.wei().toString()))
                        .toList(),
                spending.proposedIn(),
                spending.appliedIn(),
                Signing.of(asked(() -> clerk.toSign(spending))));
    }

    private void signEpoch(Context context) {
        var epoch = epoch(context);
        take(context, asked(() -> clerk.toSign(epoch)));
        context.json(signing(epoch));
    }

    private void signSpending(Context context) {
        var spending = spendings.find(number(context)).orElseThrow(() -> nothing("posting of spending"));
        take(context, asked(() -> clerk.toSign(spending)));
        context.json(signing(spending));
    }

    private void take(Context context, ToSign what) {
        String signature = null;
        try {
            var signed = JsonMapper.shared().readValue(context.body(), Signed.class);
            if (signed != null) signature = signed.signature();
        } catch (JacksonException e) {
            // told below: a parser's words are for programmers
        }
        if (signature == null) throw new RequestException(BAD_REQUEST, "the body is {\"signature\": \"0x...\"}");
        if (!clerk.sign(what, signature))
            throw new RequestException(
                    BAD_REQUEST, "this is no signature of " + what.digest() + " by a signer of the contract");
    }

    private void close(Context context) {
        String said = clerk.closeNow();
        events.add("EPOCH", said);
        context.json(new Done(said));
    }

    private static <T> T asked(Supplier<T> chain) {
        try {
            return chain.get();
        } catch (NodeException e) {
            throw new RequestException(UNAVAILABLE, "the chain does not answer: try again in a minute");
        }
    }

    private static long number(Context context) {
        try {
            return Long.parseLong(context.pathParam("number"));
        } catch (NumberFormatException e) {
            throw nothing("epoch");
        }
    }

    private static RequestException nothing(String what) {
        return new RequestException(NOT_FOUND, "there is no such " + what);
    }
}
