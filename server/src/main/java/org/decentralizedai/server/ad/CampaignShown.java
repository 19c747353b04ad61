package org.decentralizedai.server.ad;

import java.util.List;
import java.util.function.UnaryOperator;
import org.decentralizedai.billing.ad.Campaign;
import org.decentralizedai.billing.ad.Topic;
import org.jspecify.annotations.Nullable;

/**
 * A campaign as its advertiser and the operator see it; the figures are live.
 *
 * @param why it was rejected; null: it was not
 * @param image address of the picture; null: none
 * @param imageHash to be said again when it is to stay
 * @param price micro-credits for a thousand impressions (CPM) or a click (CPC)
 * @param first day, such as 2026-11-29
 */
record CampaignShown(
        String id,
        String customer,
        String state,
        @Nullable String why,
        int revision,
        String title,
        String body,
        String link,
        String leadsTo,
        @Nullable String image,
        @Nullable String imageHash,
        List<Topic> topics,
        String pricing,
        long price,
        String first,
        String last,
        int cap,
        long budget,
        long spent,
        long impressions,
        long clicks) {
    /** As its advertiser sees it. */
    static CampaignShown of(Campaign campaign) {
        return of(campaign, PictureRoutes::address);
    }

    /** @param address where a picture of that hash is */
    static CampaignShown of(Campaign campaign, UnaryOperator<String> address) {
        var creative = campaign.creative();
        var terms = campaign.terms();
        return new CampaignShown(
                campaign.id(),
                campaign.customer(),
                campaign.state().name(),
                campaign.why(),
                campaign.revision(),
                creative.title(),
                creative.body(),
                creative.link().toString(),
                creative.link().getHost(),
                creative.image() == null ? null : address.apply(creative.image()),
                creative.image(),
                creative.topics().stream().sorted().toList(),
                terms.pricing().name(),
                terms.price(),
                terms.first().toString(),
                terms.last().toString(),
                terms.cap(),
                campaign.budget(),
                campaign.spent(),
                campaign.impressions(),
                campaign.clicks());
    }
}
