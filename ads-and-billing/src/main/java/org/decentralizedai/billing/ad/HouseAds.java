package org.decentralizedai.billing.ad;

import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.ad.AdContext.Capped;
import org.jdbi.v3.core.Jdbi;

/**
 * The campaigns of this server's own advertisers. Among those that fit, the one whose view is expected to bring most is shown; of equal ones, the
 * one that has spent the smallest part of its budget. Thread-safe.
 */
public final class HouseAds implements AdSource {
    static final String NAME = "house";

    /** A campaign's rate of clicks is taken to be this until it shows another: one click, as if of so many views before its first. */
    private static final double CLICKS_BEFORE = 1, VIEWS_BEFORE = 200;

    private static final Comparator<Campaign> BEST = Comparator.comparingDouble(HouseAds::expected)
            .reversed()
            .thenComparingDouble(campaign -> (double) campaign.spent() / campaign.budget());

    private final Jdbi jdbi;
    private final Clock clock;
    private final CampaignStore campaigns;
    private final CampaignCounter counter;
    private final Debtors debtors;

    public HouseAds(Jdbi jdbi, Clock clock, CampaignStore campaigns, CampaignCounter counter, Debtors debtors) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.campaigns = campaigns;
        this.counter = counter;
        this.debtors = debtors;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Ad> decide(AdContext context) {
        return running().stream()
                .filter(campaign -> !debtors.has(campaign.customer()))
                .filter(campaign -> !Collections.disjoint(campaign.creative().topics(), context.topics()))
                .filter(campaign -> context.mayStillSee()
                        .test(new Capped(campaign.id(), campaign.terms().cap())))
                .min(BEST)
                .map(HouseAds::shown);
    }

    /** Micro-credits that another view will bring. */
    private static double expected(Campaign campaign) {
        double clicks = (campaign.clicks() + CLICKS_BEFORE) / (campaign.impressions() + VIEWS_BEFORE);
        return campaign.terms().viewCost() + clicks * campaign.terms().clickCost();
    }

    /** All that can pay for another view and its click, the oldest first. */
    private List<Campaign> running() {
        long today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
        return jdbi.withHandle(handle -> handle.createQuery("select " + Campaign.COLUMNS
                        + " from ad_campaign where state = 'RUNNING' and " + Campaign.REVIEWED
                        + " and first_day <= :today and last_day >= :today"
                        + " and spent + view_cost + click_cost <= budget"
                        + " order by created_at, id")
                .bind("today", today)
                .map((row, _) -> Campaign.of(row))
                .list());
    }

    private static Ad shown(Campaign campaign) {
        var creative = campaign.creative();
        return new Ad(
                campaign.id(),
                creative.title(),
                creative.body(),
                creative.image(),
                creative.link().getHost());
    }

    @Override
    public int cap(String ad) {
        return campaigns.find(ad).map(campaign -> campaign.terms().cap()).orElse(0);
    }

    @Override
    public Counted view(String ad, String decision) {
        return standsStill(ad) ? Counted.OVER : counter.view(ad, decision);
    }

    @Override
    public Counted click(String ad, String decision) {
        return standsStill(ad) ? Counted.OVER : counter.click(ad, decision);
    }

    private boolean standsStill(String ad) {
        return campaigns
                .find(ad)
                .filter(campaign -> debtors.has(campaign.customer()))
                .isPresent();
    }

    /** Only to where the operator has seen that it leads. */
    @Override
    public Optional<URI> target(String ad, String decision) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select link from ad_campaign where id = :id and " + Campaign.REVIEWED)
                        .bind("id", ad)
                        .map((row, _) -> Creative.link(row.getString(1)))
                        .findOne());
    }
}
