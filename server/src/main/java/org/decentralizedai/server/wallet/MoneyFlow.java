package org.decentralizedai.server.wallet;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.billing.ledger.Posting.Kind;
import org.decentralizedai.billing.ledger.Turnover;
import org.decentralizedai.billing.payout.EpochData;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.payout.PayoutEpoch;
import org.jspecify.annotations.Nullable;

/** Epoch by epoch: what was paid for, what came in, and to whom it went. Names customers nowhere, and volunteers by hashes. Thread-safe. */
final class MoneyFlow {
    private static final int MOST_SHARES = 100; // the published data have all

    /** Micro-credits that were paid for each thing, granted ones, which are no money, among them. */
    record Sources(String api, String adFree, String ads, String refunds) {}

    /** @param key hash of a key of credit; @param address null: none is known yet, and it waits under the key */
    record Share(String key, @Nullable String address, String wei) {}

    /**
     * A closed epoch. Amounts are wei.
     *
     * @param before carried into it
     * @param revenue what was there to be shared out, with that
     * @param carried on into the next one
     * @param events of the contract that it consists of
     * @param shares the greatest; {@code sharers} says how many there are
     */
    record Closed(
            long number,
            PayoutEpoch.State state,
            long fromMillis,
            long closedAtMillis,
            Sources sources,
            String before,
            String revenue,
            String carried,
            int events,
            List<Share> shares,
            int sharers,
            String root,
            String total,
            String dataHash,
            String dataUri,
            @Nullable String proposedIn,
            @Nullable String finalIn) {}

    /** What of a closed epoch never changes. */
    private record Fixed(Sources sources, EpochData data) {}

    private final EpochStore epochs;
    private final Turnover turnover;
    private final Map<Long, Fixed> known = new ConcurrentHashMap<>();

    MoneyFlow(EpochStore epochs, Turnover turnover) {
        this.epochs = epochs;
        this.turnover = turnover;
    }

    /** Newest first. */
    List<Closed> newest(int most) {
        var newest = epochs.newest(most + 1); // one more, to know when the last began
        var shown = new ArrayList<Closed>();
        for (int i = 0; i < Math.min(most, newest.size()); i++)
            shown.add(closed(
                    newest.get(i), i + 1 < newest.size() ? newest.get(i + 1).closedAtMillis() : 0));
        return shown;
    }

    /** When the epoch began that is open now; 0: it is the first one. */
    long openSince() {
        return epochs.newest().map(PayoutEpoch::closedAtMillis).orElse(0L);
    }

    Sources sources(long from, long to) {
        var sums = new EnumMap<Kind, BigInteger>(Kind.class);
        sums.putAll(turnover.between(from, to));
        return new Sources(
                text(sums, Kind.SETTLE), text(sums, Kind.SUBSCRIBE), text(sums, Kind.AD), text(sums, Kind.REFUND));
    }

    private static String text(Map<Kind, BigInteger> sums, Kind kind) {
        return sums.getOrDefault(kind, BigInteger.ZERO).toString();
    }

    private Closed closed(PayoutEpoch epoch, long from) {
        var fixed = known.computeIfAbsent(
                epoch.number(),
                number -> new Fixed(
                        sources(from, epoch.closedAtMillis()),
                        EpochData.read(epochs.data(number).orElseThrow())));
        var given = fixed.data().given();
        var computed = fixed.data().computed();
        var shares = computed.shares().entrySet().stream()
                .sorted(Map.Entry.<String, BigInteger>comparingByValue().reversed())
                .limit(MOST_SHARES)
                .map(share -> new Share(
                        share.getKey(),
                        given.addresses().get(share.getKey()),
                        share.getValue().toString()))
                .toList();
        return new Closed(
                epoch.number(),
                epoch.state(),
                from,
                epoch.closedAtMillis(),
                fixed.sources(),
                given.carried().toString(),
                computed.revenue().toString(),
                computed.carried().toString(),
                given.spent().size(),
                shares,
                computed.shares().size(),
                epoch.root(),
                epoch.total().toString(),
                epoch.dataHash(),
                epoch.dataUri(),
                epoch.proposedIn(),
                epoch.finalIn());
    }
}
