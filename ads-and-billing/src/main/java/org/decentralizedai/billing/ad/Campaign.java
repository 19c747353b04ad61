package org.decentralizedai.billing.ad;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * An advertiser's campaign as it stands. Amounts are micro-credits.
 *
 * @param why it was rejected; null: it was not
 * @param revision of the creative, counted from 1
 * @param budget was moved to it, less what went back
 * @param spent sum of what its counted events cost; never above the budget
 */
public record Campaign(
        String id,
        String customer,
        State state,
        @Nullable String why,
        int revision,
        Creative creative,
        Terms terms,
        long budget,
        long spent,
        long impressions,
        long clicks) {
    /** What happens to it. Only RUNNING ones are shown and spend. */
    public enum State {
        DRAFT,
        IN_REVIEW,
        APPROVED,
        REJECTED,
        RUNNING,
        PAUSED,
        /** For good; what was left of the budget went back. */
        ENDED
    }

    /** SQL: the operator has approved the creative that it has now, whatever became of the campaign since. */
    static final String REVIEWED = "approved = revision";

    static final String COLUMNS =
            "id, customer, state, why, revision, title, body, link, image, topics, pricing, view_cost,"
                    + " click_cost, first_day, last_day, cap, budget, spent, impressions, clicks";

    static Campaign of(ResultSet row) throws SQLException {
        var pricing = Pricing.valueOf(row.getString("pricing"));
        return new Campaign(
                row.getString("id"),
                row.getString("customer"),
                State.valueOf(row.getString("state")),
                row.getString("why"),
                row.getInt("revision"),
                new Creative(
                        row.getString("title"),
                        row.getString("body"),
                        Creative.link(row.getString("link")),
                        row.getString("image"),
                        Topic.read(row.getString("topics"))),
                new Terms(
                        pricing,
                        pricing.price(row.getLong("view_cost"), row.getLong("click_cost")),
                        LocalDate.ofEpochDay(row.getLong("first_day")),
                        LocalDate.ofEpochDay(row.getLong("last_day")),
                        row.getInt("cap")),
                row.getLong("budget"),
                row.getLong("spent"),
                row.getLong("impressions"),
                row.getLong("clicks"));
    }
}
