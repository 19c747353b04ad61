package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ad.CampaignStore;
import org.decentralizedai.billing.ad.PicturePass;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.EventLedger;

/**
 * {@code POST /admin/...}: the operator reviews campaigns; {@link org.decentralizedai.server.http.AdminRoutes} authorises. A judgement
 * names the revision that was looked at, so that a creative that was changed meanwhile is not approved unseen.
 */
public final class AdAdminRoutes implements Routes {
    record Done(String message) {}

    record Review(List<CampaignShown> waiting) {}

    private final CampaignStore campaigns;
    private final PicturePass pass;
    private final Billing billing;
    private final EventLedger events;

    AdAdminRoutes(CampaignStore campaigns, PicturePass pass, Billing billing, EventLedger events) {
        this.campaigns = campaigns;
        this.pass = pass;
        this.billing = billing;
        this.events = events;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.post(
                "/admin/ads",
                context -> context.json(new Review(campaigns.inReview().stream()
                        .map(campaign -> CampaignShown.of(campaign, hash -> PictureRoutes.address(hash, pass)))
                        .toList())));
        routes.post("/admin/approve-ad", context -> {
            String campaign = said(context, "campaign");
            judged(context, campaign, campaigns.approve(campaign, revision(context)), "approved");
        });
        routes.post("/admin/reject-ad", context -> {
            String campaign = said(context, "campaign");
            judged(context, campaign, campaigns.reject(campaign, revision(context), said(context, "why")), "rejected");
        });
    }

    private void judged(Context context, String campaign, boolean done, String what) {
        if (!done)
            throw new RequestException(
                    CONFLICT,
                    "there is no such campaign to judge, or it is of another revision by now: ask for ads again");
        billing.sync();
        String sentence = "the ad campaign " + campaign + " was " + what;
        events.add("AD", sentence);
        context.json(new Done(sentence));
    }

    private static String said(Context context, String name) {
        String value = context.queryParam(name);
        if (value == null || value.isBlank())
            throw new RequestException(BAD_REQUEST, "say which " + name + ": ?" + name + "=...");
        return value;
    }

    private static int revision(Context context) {
        try {
            return Integer.parseInt(said(context, "revision"));
        } catch (NumberFormatException e) {
            throw new RequestException(BAD_REQUEST, "revision is the number that ads shows");
        }
    }
}
