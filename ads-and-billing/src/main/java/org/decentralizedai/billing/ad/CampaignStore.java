package org.decentralizedai.billing.ad;

import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.decentralizedai.billing.ad.Campaign.State;
import org.decentralizedai.billing.key.OpenAccount;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Campaigns and their states. A state changes only from those that it may follow, by one conditional update, so that no two changes
 * at the same time both count. Thread-safe.
 */
public final class CampaignStore {
    /** For an account, those that have ended apart. */
    public static final int MOST_OPEN = 100;

    private final Jdbi jdbi;
    private final Clock clock;
    private final RandomGenerator random;

    public CampaignStore(Jdbi jdbi, Clock clock, RandomGenerator random) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.random = random;
    }

    /** A draft; empty when the account has as many as it may have. */
    public Optional<Campaign> create(String customer, Creative creative, Terms terms) {
        byte[] bytes = new byte[10];
        random.nextBytes(bytes);
        String id = "ad_" + HexFormat.of().formatHex(bytes);
        boolean made = jdbi.inTransaction(handle -> {
            OpenAccount.hold(handle, customer); // so that no other one is made meanwhile
            if (open(handle, customer) >= MOST_OPEN) return false;
            bind(handle.createUpdate("""
                    insert into ad_campaign (id, customer, state, revision, approved, title, body, link, image, topics, pricing, view_cost,
                    click_cost, first_day, last_day, cap, budget, spent, booked, fundings, impressions, clicks, created_at)
                    values (:id, :customer, 'DRAFT', 1, 0, :title, :body, :link, :image, :topics, :pricing, :viewCost, :clickCost,
                    :first, :last, :cap, 0, 0, 0, 0, 0, 0, :now)"""), creative)
                    .bind("id", id)
                    .bind("customer", customer)
                    .bind("pricing", terms.pricing())
                    .bind("viewCost", terms.viewCost())
                    .bind("clickCost", terms.clickCost())
                    .bind("first", terms.first().toEpochDay())
                    .bind("last", terms.last().toEpochDay())
                    .bind("cap", terms.cap())
                    .bind("now", clock.millis())
                    .execute();
            return true;
        });
        return made ? find(id) : Optional.empty();
    }

    private static int open(Handle handle, String customer) {
        return handle.createQuery("select count(*) from ad_campaign where customer = :customer and state <> 'ENDED'")
                .bind("customer", customer)
                .mapTo(Integer.class)
                .one();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Creative creative) {
        return statement
                .bind("title", creative.title())
                .bind("body", creative.body())
                .bind("link", creative.link().toString())
                .bind("image", creative.image())
                .bind("topics", Topic.written(creative.topics()));
    }

    public Optional<Campaign> find(String id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    /**
     * Held until the end of the transaction. By an update: PostgreSQL's FOR UPDATE waits for those that have only written an event,
     * whose foreign key shares the row, while they wait for it in turn.
     */
    static Optional<Campaign> hold(Handle handle, String id) {
        handle.execute("update ad_campaign set spent = spent where id = ?", id);
        return find(handle, id);
    }

    private static Optional<Campaign> find(Handle handle, String id) {
        return handle.createQuery("select " + Campaign.COLUMNS + " from ad_campaign where id = :id")
                .bind("id", id)
                .map((row, _) -> Campaign.of(row))
                .findOne();
    }

    /** Newest first. */
    public List<Campaign> of(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + Campaign.COLUMNS
                        + " from ad_campaign where customer = :customer order by created_at desc, id")
                .bind("customer", customer)
                .map((row, _) -> Campaign.of(row))
                .list());
    }

    /** What waits for the operator, the oldest first. */
    public List<Campaign> inReview() {
        return jdbi.withHandle(handle -> handle.createQuery("select " + Campaign.COLUMNS
                        + " from ad_campaign where state = 'IN_REVIEW' order by created_at, id")
                .map((row, _) -> Campaign.of(row))
                .list());
    }

    /** Another creative: it stands still until it is approved. One that nobody has looked at yet, or that was rejected, is a draft. */
    public boolean change(String id, Creative creative) {
        return jdbi.withHandle(handle ->
                bind(handle.createUpdate("""
                        update ad_campaign set title = :title, body = :body, link = :link, image = :image, topics = :topics, why = null,
                        revision = revision + 1, state = case when state in ('DRAFT', 'REJECTED') then 'DRAFT' else 'IN_REVIEW' end
                        where id = :id and state <> 'ENDED'"""), creative).bind("id", id).execute() == 1);
    }

    /** Counts for what is counted from now on. */
    public boolean change(String id, Terms terms) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        update ad_campaign set pricing = :pricing, view_cost = :viewCost, click_cost = :clickCost, first_day = :first,
                        last_day = :last, cap = :cap where id = :id and state <> 'ENDED'""")
                        .bind("id", id)
                        .bind("pricing", terms.pricing())
                        .bind("viewCost", terms.viewCost())
                        .bind("clickCost", terms.clickCost())
                        .bind("first", terms.first().toEpochDay())
                        .bind("last", terms.last().toEpochDay())
                        .bind("cap", terms.cap())
                        .execute()
                == 1);
    }

    public boolean submit(String id) {
        return move(id, State.IN_REVIEW, "state = 'DRAFT'");
    }

    public boolean start(String id) {
        return move(id, State.RUNNING, "state in ('APPROVED', 'PAUSED')");
    }

    public boolean pause(String id) {
        return move(id, State.PAUSED, "state = 'RUNNING'");
    }

    private boolean move(String id, State to, String from) {
        return jdbi.withHandle(handle ->
                handle.execute("update ad_campaign set state = ? where id = ? and " + from, to.name(), id) == 1);
    }

    /** @param revision that was looked at; false when there is another one by now */
    public boolean approve(String id, int revision) {
        return jdbi.withHandle(handle -> handle.execute("""
                update ad_campaign set state = 'APPROVED', approved = revision, why = null
                where id = ? and revision = ? and state in ('IN_REVIEW', 'REJECTED')""", id, revision) == 1);
    }

    /** Also one that runs, should the operator have looked at it too kindly. */
    public boolean reject(String id, int revision, String why) {
        return jdbi.withHandle(handle -> handle.execute("""
                update ad_campaign set state = 'REJECTED', approved = 0, why = ?
                where id = ? and revision = ? and state not in ('DRAFT', 'ENDED')""", cut(why), id, revision) == 1);
    }

    private static String cut(String why) {
        return why.substring(0, Math.min(why.length(), 300));
    }
}
