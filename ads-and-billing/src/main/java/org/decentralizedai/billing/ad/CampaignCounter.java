package org.decentralizedai.billing.ad;

import java.time.Clock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Counts a campaign's impressions and clicks, and spends its budget with them. The event's row and the campaign's conditional update
 * are of one transaction: an event is counted once, what is spent is the sum of what the events cost, and it is never above the
 * budget, however many are counted at the same time. Thread-safe.
 */
public final class CampaignCounter {
    /** What can happen to an ad that was shown. */
    enum Kind {
        VIEW("view_cost", "impressions"),
        CLICK("click_cost", "clicks");
        private final String cost, count;

        Kind(String cost, String count) {
            this.cost = cost;
            this.count = count;
        }
    }

    private final Jdbi jdbi;
    private final Clock clock;

    public CampaignCounter(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    public Counted view(String campaign, String decision) {
        return jdbi.inTransaction(handle -> count(handle, Kind.VIEW, campaign, decision));
    }

    /** Only of an ad whose view was counted. */
    public Counted click(String campaign, String decision) {
        return jdbi.inTransaction(handle ->
                viewed(handle, decision) ? count(handle, Kind.CLICK, campaign, decision) : Counted.NOT_VIEWED);
    }

    private static boolean viewed(Handle handle, String decision) {
        return handle.createQuery("select 1 from ad_event where decision = :decision and kind = 'VIEW'")
                .bind("decision", decision)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private Counted count(Handle handle, Kind kind, String campaign, String decision) {
        int fresh = handle.execute(
                "insert into ad_event (decision, kind, campaign, cost, at) values (?, ?, ?, 0, ?) on conflict do nothing",
                decision,
                kind.name(),
                campaign,
                clock.millis());
        if (fresh == 0) return Counted.REPLAYED;
        int paid = handle.execute(
                "update ad_campaign set spent = spent + " + kind.cost + ", " + kind.count + " = " + kind.count
                        + " + 1 where id = ? and state = 'RUNNING' and spent + " + kind.cost + " <= budget",
                campaign);
        if (paid == 0) { // nothing of it stays
            handle.execute("delete from ad_event where decision = ? and kind = ?", decision, kind.name());
            return Counted.OVER;
        }
        handle.execute(
                "update ad_event set cost = (select " + kind.cost
                        + " from ad_campaign where id = ad_event.campaign) where decision = ? and kind = ?",
                decision,
                kind.name());
        return Counted.COUNTED;
    }
}
