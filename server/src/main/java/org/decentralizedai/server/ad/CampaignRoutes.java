package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ad.AdImages;
import org.decentralizedai.billing.ad.Campaign;
import org.decentralizedai.billing.ad.CampaignMoney;
import org.decentralizedai.billing.ad.CampaignStore;
import org.decentralizedai.billing.ad.Creative;
import org.decentralizedai.billing.ad.Pricing;
import org.decentralizedai.billing.ad.Terms;
import org.decentralizedai.billing.ad.Topic;
import org.decentralizedai.server.edge.Pace;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;

/**
 * {@code /api/ads/campaigns...}: what advertisers do; an advertiser is any signed-in account. A campaign of another account is
 * answered as one that does not exist. Amounts are micro-credits.
 */
public final class CampaignRoutes implements Routes {
    private static final int READS_PER_MINUTE = 120, CHANGES_PER_MINUTE = 60, UPLOADS_PER_MINUTE = 10;

    /**
     * @param available could still be put into budgets
     * @param leastPrices of each pricing, micro-credits
     */
    record Own(
            List<Topic> topics, BigInteger available, Map<Pricing, Long> leastPrices, List<CampaignShown> campaigns) {}

    record Budget(long microCredits) {}

    record Image(String image) {}

    private final CampaignStore campaigns;
    private final CampaignMoney money;
    private final AdImages images;
    private final Billing billing;
    private final AdSettings settings;
    private final Function<Context, String> signedIn;
    private final Pace reading, changing, uploading;

    /** @param signedIn the account of whoever asks; refuses who is not signed in, and changes that another site asks for */
    CampaignRoutes(
            CampaignStore campaigns,
            CampaignMoney money,
            AdImages images,
            Billing billing,
            AdSettings settings,
            Function<Context, String> signedIn) {
        this.campaigns = campaigns;
        this.money = money;
        this.images = images;
        this.billing = billing;
        this.settings = settings;
        this.signedIn = signedIn;
        reading = new Pace(billing.limits(), "your campaigns", READS_PER_MINUTE);
        changing = new Pace(billing.limits(), "a change of a campaign", CHANGES_PER_MINUTE);
        uploading = new Pace(billing.limits(), "an upload of a picture", UPLOADS_PER_MINUTE);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/ads/campaigns", context -> {
            String account = signedIn.apply(context);
            reading.keep(context, account);
            answer(
                    context,
                    new Own(
                            List.of(Topic.values()),
                            money.available(account),
                            Map.of(Pricing.CPM, settings.least(Pricing.CPM), Pricing.CPC, settings.least(Pricing.CPC)),
                            campaigns.of(account).stream()
                                    .map(CampaignShown::of)
                                    .toList()));
        });
        routes.post("/api/ads/campaigns", this::create);
        routes.put("/api/ads/campaigns/{id}", this::change);
        routes.post("/api/ads/campaigns/{id}/budget", this::fund);
        move(routes, "submit", campaigns::submit, "only a draft can be submitted");
        move(routes, "start", campaigns::start, "only an approved or paused campaign can be started");
        move(routes, "pause", campaigns::pause, "only a running campaign can be paused");
        move(routes, "end", money::end, "the campaign has ended");
        routes.post("/api/ads/images", this::upload);
    }

    private static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private void create(Context context) {
        String account = changing(context);
        requireEnabled();
        var asked = Body.read(context, CampaignRequest.class, CampaignRequest.FIELDS);
        var made = Body.checked(() -> campaigns.create(account, creative(asked, account), terms(asked)))
                .orElseThrow(() -> new RequestException(
                        CONFLICT,
                        "an account has " + CampaignStore.MOST_OPEN + " campaigns at most that have not ended"));
        changed(context, made.id());
    }

    private Creative creative(CampaignRequest asked, String account) {
        var creative = asked.creative();
        String image = creative.image();
        if (image != null && !images.mayUse(image, account))
            throw new RequestException(BAD_REQUEST, "image must be the hash that an upload of yours has answered");
        return creative;
    }

    private Terms terms(CampaignRequest asked) {
        var terms = asked.terms();
        long least = settings.least(terms.pricing());
        if (terms.price() < least)
            throw new RequestException(
                    BAD_REQUEST, "a price (" + terms.pricing() + ") must be at least " + least + " micro-credits here");
        return terms;
    }

    /** Replaces what is said; only another creative goes to review again. */
    private void change(Context context) {
        var campaign = own(context, changing(context));
        var asked = Body.read(context, CampaignRequest.class, CampaignRequest.FIELDS);
        var creative = Body.checked(() -> creative(asked, campaign.customer()));
        var terms = Body.checked(() -> terms(asked));
        boolean open = campaigns.change(campaign.id(), terms)
                && (creative.equals(campaign.creative()) || campaigns.change(campaign.id(), creative));
        if (!open) throw new RequestException(CONFLICT, "the campaign has ended");
        changed(context, campaign.id());
    }

    private void fund(Context context) {
        var campaign = own(context, changing(context));
        requireEnabled();
        long amount = Body.read(context, Budget.class, "microCredits (a whole number)")
                .microCredits();
        switch (Body.checked(() -> money.fund(campaign.id(), amount))) {
            case FUNDED -> changed(context, campaign.id());
            case NO_MONEY ->
                throw new RequestException(
                        CONFLICT,
                        "budgets are paid from what you have bought: " + money.available(campaign.customer())
                                + " micro-credits are available; granted ones are not money");
            case ENDED -> throw new RequestException(CONFLICT, "the campaign has ended");
        }
    }

    private interface Move {
        boolean of(String campaign);
    }

    private void move(JavalinDefaultRoutingApi routes, String name, Move move, String otherwise) {
        routes.post("/api/ads/campaigns/{id}/" + name, context -> {
            var campaign = own(context, changing(context));
            if (!move.of(campaign.id())) throw new RequestException(CONFLICT, otherwise);
            changed(context, campaign.id());
        });
    }

    private void changed(Context context, String id) {
        billing.sync();
        answer(context, CampaignShown.of(campaigns.find(id).orElseThrow()));
    }

    private void upload(Context context) {
        String account = signedIn.apply(context);
        uploading.keep(context, account);
        requireEnabled();
        byte[] bytes = context.bodyAsBytes();
        String hash = Body.checked(() -> images.store(account, bytes))
                .orElseThrow(() -> new RequestException(
                        CONFLICT,
                        "you have " + AdImages.MOST_UNUSED
                                + " pictures in no campaign; they go a day after their upload"));
        answer(context, new Image(hash));
    }

    private String changing(Context context) {
        String account = signedIn.apply(context);
        changing.keep(context, account);
        if (!billing.alone()) throw new RequestException(UNAVAILABLE, "campaigns can't be changed just now");
        return account;
    }

    private void requireEnabled() {
        if (!settings.enabled()) throw new RequestException(UNAVAILABLE, "whoever runs this server shows no ads");
    }

    private Campaign own(Context context, String account) {
        return campaigns
                .find(context.pathParam("id"))
                .filter(campaign -> campaign.customer().equals(account))
                .orElseThrow(() -> new RequestException(NOT_FOUND, "you have no such campaign"));
    }
}
