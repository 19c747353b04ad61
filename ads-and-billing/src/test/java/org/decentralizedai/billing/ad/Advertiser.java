package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Jdbi;

/** An account with campaigns, over a test's database. */
final class Advertiser {
    static final Creative CREATIVE = new Creative(
            "A fine book", "About the sea.", URI.create("https://shop.example/book"), null, Set.of(Topic.GENERAL));

    final String id;
    final CampaignStore campaigns;
    final CampaignMoney money;
    final CampaignCounter counter;
    final JdbcLedger ledger;
    private final Clock clock;
    private int deposits;

    Advertiser(Jdbi jdbi, Clock clock, int seed) {
        this.clock = clock;
        var random = new Random(seed);
        id = new CustomerStore(jdbi, clock, random).open("Ada").id();
        ledger = new JdbcLedger(jdbi, clock);
        campaigns = new CampaignStore(jdbi, clock, random);
        money = new CampaignMoney(ledger, jdbi, clock);
        counter = new CampaignCounter(jdbi, clock);
    }

    /** As a confirmed deposit is booked, at one wei for a micro-credit. */
    void buys(long microCredits) {
        var amount = BigInteger.valueOf(microCredits);
        var posting = new Posting(
                "deposit/test/" + id + "/" + deposits++,
                Posting.Kind.DEPOSIT,
                null,
                "a deposit",
                List.of(
                        new Entry(Account.chain(), amount.negate()),
                        new Entry(Account.deposit(id), amount),
                        new Entry(Account.sold(), amount.negate()),
                        new Entry(Account.balance(id), amount)));
        assertThat(ledger.post(posting)).isEqualTo(Outcome.POSTED);
    }

    Terms terms(Pricing pricing, long price, int cap) {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return new Terms(pricing, price, today, today.plusDays(9), cap);
    }

    Campaign draft(Creative creative, Pricing pricing, long price) {
        return campaigns.create(id, creative, terms(pricing, price, 3)).orElseThrow();
    }

    /** Approved, funded and started. */
    String running(Creative creative, Pricing pricing, long price, long budget) {
        String campaign = draft(creative, pricing, price).id();
        assertThat(campaigns.submit(campaign)).isTrue();
        assertThat(campaigns.approve(campaign, 1)).isTrue();
        buys(budget);
        assertThat(money.fund(campaign, budget)).isEqualTo(CampaignMoney.Funding.FUNDED);
        assertThat(campaigns.start(campaign)).isTrue();
        return campaign;
    }

    String running(Pricing pricing, long price, long budget) {
        return running(CREATIVE, pricing, price, budget);
    }

    Campaign campaign(String campaign) {
        return campaigns.find(campaign).orElseThrow();
    }

    long amount(Account account) {
        return ledger.amount(account).longValueExact();
    }
}
