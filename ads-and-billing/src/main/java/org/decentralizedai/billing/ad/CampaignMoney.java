package org.decentralizedai.billing.ad;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.decentralizedai.billing.ad.Campaign.State;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Moves money between an advertiser's balance, the budgets and what was spent. At any time an advertiser's account AD_BUDGET holds
 * what the campaigns have as budget, less what is booked of them as spent. Only bought credits: granted ones are no money that
 * could go to anybody. Everything else is paid from granted credits first. A campaign's row is held first, then the ledger's accounts. Thread-safe.
 */
public final class CampaignMoney {
    /** What became of it. */
    public enum Funding {
        FUNDED,
        /** The balance does not hold it, or what it holds was granted and not bought. */
        NO_MONEY,
        /** The campaign has ended. */
        ENDED
    }

    /** More than there can be of credits, and so little that sums of it are no problem. */
    private static final long MOST = Long.MAX_VALUE / 1000;

    private static final class NotBought extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotBought() {
            super("", null, false, false);
        }
    }

    private final JdbcLedger ledger;
    private final Jdbi jdbi;
    private final Clock clock;

    public CampaignMoney(JdbcLedger ledger, Jdbi jdbi, Clock clock) {
        this.ledger = ledger;
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** Moves micro-credits from the advertiser's balance to the budget. */
    public Funding fund(String id, long microCredits) {
        if (microCredits <= 0) throw new IllegalArgumentException("a budget must be > 0: " + microCredits);
        if (microCredits > MOST) return Funding.NO_MONEY;
        try {
            var outcome = ledger.inTransaction(handle -> {
                int open = handle.execute(
                        "update ad_campaign set budget = budget + ?, fundings = fundings + 1 where id = ? and state <> 'ENDED'",
                        microCredits,
                        id);
                if (open == 0) return Outcome.NOTHING_TO_END;
                return fund(handle, CampaignStore.hold(handle, id).orElseThrow(), microCredits);
            });
            return switch (outcome) {
                case POSTED -> Funding.FUNDED;
                case UNCOVERED -> Funding.NO_MONEY;
                case NOTHING_TO_END -> Funding.ENDED;
                case REPLAYED, UNSIGNED ->
                    throw new IllegalStateException("a funding has a number of its own, and no rule: " + id);
            };
        } catch (NotBought e) {
            return Funding.NO_MONEY;
        }
    }

    private Outcome fund(Handle handle, Campaign campaign, long microCredits) {
        int number = handle.createQuery("select fundings from ad_campaign where id = :id")
                .bind("id", campaign.id())
                .mapTo(Integer.class)
                .one();
        var customer = campaign.customer();
        ledger.post(
                handle,
                move(
                        "ad-fund/" + campaign.id() + "/" + number,
                        "Budget of the ad campaign " + campaign.id() + ".",
                        Account.balance(customer),
                        Account.adBudget(customer),
                        microCredits));
        if (unspent(handle, customer).signum() < 0)
            throw new NotBought(); // with this posting; the balance is held by it
        return Outcome.POSTED;
    }

    /** Micro-credits that the customer could still put into budgets. */
    public BigInteger available(String customer) {
        return jdbi.withHandle(handle -> unspent(handle, customer))
                .min(ledger.amount(Account.balance(customer)))
                .max(BigInteger.ZERO);
    }

    /**
     * What was bought with deposits, less what was taken back, what budgets got of it and what else was ever paid with it: the most
     * that tokens and the like had cost above all grants at any time. What is granted later does not turn into money that was spent before.
     */
    private static BigInteger unspent(Handle handle, String customer) {
        return handle.createQuery("""
                        select coalesce(max(bought), 0) - greatest(coalesce(max(paid), 0), 0) from (
                          select sum(case when money then e.amount else 0 end) over () as bought,
                            sum(case when money then 0 else -e.amount end) over (order by number) as paid
                          from (select f.amount, p.number, f.account = :balance and p.kind in ('DEPOSIT', 'REVERSAL', 'EXIT', 'AD') as money
                            from ledger_entry f join posting p on p.id = f.posting where f.account in (:balance, :reserved)) e) moments""")
                .bind("balance", Account.balance(customer).id())
                .bind("reserved", Account.reserved(customer).id())
                .mapTo(BigDecimal.class)
                .one()
                .toBigIntegerExact();
    }

    /**
     * Books what campaigns have spent since the last time, one posting each.
     *
     * @return how many were booked
     */
    public int book() {
        int booked = 0;
        for (String id : ids("select id from ad_campaign where spent > booked order by id"))
            if (ledger.inTransaction(handle -> book(handle, id)) == Outcome.POSTED) booked++;
        return booked;
    }

    private Outcome book(Handle handle, String id) {
        var campaign = CampaignStore.hold(handle, id).orElseThrow();
        long booked = handle.createQuery("select booked from ad_campaign where id = :id")
                .bind("id", id)
                .mapTo(Long.class)
                .one();
        long due = campaign.spent() - booked;
        if (due == 0) return Outcome.REPLAYED;
        handle.execute("update ad_campaign set booked = spent where id = ?", id);
        return ledger.post(
                handle,
                move(
                        "ad-spent/" + id + "/" + campaign.spent(), // what is spent only grows
                        "The ad campaign " + id + " has had " + campaign.impressions() + " impressions and "
                                + campaign.clicks() + " clicks by now.",
                        Account.adBudget(campaign.customer()),
                        Account.spent(campaign.customer(), Epoch.at(clock.millis())),
                        due));
    }

    /** Ends a campaign; what is left of its budget goes back to the balance. False when it has ended before. */
    public boolean end(String id) {
        return ledger.inTransaction(handle -> {
                    var campaign = CampaignStore.hold(handle, id);
                    if (campaign.isEmpty() || campaign.get().state() == State.ENDED) return Outcome.REPLAYED;
                    book(handle, id);
                    handle.execute("update ad_campaign set state = 'ENDED', budget = spent where id = ?", id);
                    long left = campaign.get().budget() - campaign.get().spent();
                    if (left > 0) giveBack(handle, campaign.get(), left);
                    return Outcome.POSTED;
                })
                == Outcome.POSTED;
    }

    private void giveBack(Handle handle, Campaign campaign, long left) {
        ledger.post(
                handle,
                move(
                        "ad-end/" + campaign.id(),
                        "The ad campaign " + campaign.id() + " has ended: the rest of its budget.",
                        Account.adBudget(campaign.customer()),
                        Account.balance(campaign.customer()),
                        left));
    }

    /**
     * Ends campaigns whose last day is over, and those of accounts that were deleted.
     *
     * @return how many
     */
    public int endOver() {
        int ended = 0;
        long today = Math.floorDiv(clock.millis(), Duration.ofDays(1).toMillis());
        for (String id :
                ids("select a.id from ad_campaign a join customer c on c.id = a.customer where a.state <> 'ENDED'"
                        + " and (a.last_day < " + today + " or c.deleted_at is not null) order by a.id"))
            if (end(id)) ended++;
        return ended;
    }

    /**
     * Ends the campaigns of customers whose deposits go back: what budgets still have of them must go, too.
     *
     * @return how many
     */
    public int endOf(Collection<String> customers) {
        int ended = 0;
        for (String customer : customers)
            for (String id :
                    ids("select id from ad_campaign where state <> 'ENDED' and customer = ? order by id", customer))
                if (end(id)) ended++;
        return ended;
    }

    private List<String> ids(String query, Object... values) {
        return jdbi.withHandle(
                handle -> handle.select(query, values).mapTo(String.class).list());
    }

    private static Posting move(String id, String why, Account from, Account to, long microCredits) {
        var amount = BigInteger.valueOf(microCredits);
        return new Posting(
                id, Posting.Kind.AD, null, why, List.of(new Entry(from, amount.negate()), new Entry(to, amount)));
    }
}
