package org.decentralizedai.billing.ad;

import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.ad.AdContext.Capped;
import org.jdbi.v3.core.Jdbi;

/**
 * The campaigns of this server's own advertisers. Among those that fit, the one that has spent the smallest part of its budget is shown, so
 * that all come to their end alike. Thread-safe.
 */
public final class HouseAds implements AdSource {
    static final String NAME = "house";

    private final Jdbi jdbi;
    private final Clock clock;
    private final CampaignStore campaigns;
    private final CampaignCounter counter;

    public HouseAds(Jdbi jdbi, Clock clock, CampaignStore campaigns, CampaignCounter counter) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.campaigns = campaigns;
        this.counter = counter;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Ad> decide(AdContext context) {
        return running().stream()
                .filter(campaign -> !Collections.disjoint(campaign.creative().topics(), context.topics()))
                .filter(campaign -> context.mayStillSee()
                        .test(new Capped(campaign.id(), campaign.terms().cap())))
                .findFirst()
                .map(HouseAds::shown);
    }

    /** All that can pay for another view and its click, those that have spent the smallest part of their budget first. */
    private List<Campaign> running() {
        long today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
        return jdbi.withHandle(handle -> handle.createQuery("select " + Campaign.COLUMNS
                        + " from ad_campaign where state = 'RUNNING' and first_day <= :today and last_day >= :today"
                        + " and spent + view_cost + click_cost <= budget"
                        + " order by cast(spent as double precision) / budget, created_at, id")
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
        return counter.view(ad, decision);
    }

    @Override
    public Counted click(String ad, String decision) {
        return counter.click(ad, decision);
    }

    /** Only to where the operator has seen that it leads. */
    @Override
    public Optional<URI> target(String ad, String decision) {
        return campaigns
                .find(ad)
                .filter(campaign -> campaign.state().reviewed())
                .map(campaign -> campaign.creative().link());
    }
}
