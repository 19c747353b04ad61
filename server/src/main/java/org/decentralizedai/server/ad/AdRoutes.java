package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ad.AdDesk;
import org.decentralizedai.billing.ad.AdFree;
import org.decentralizedai.billing.ad.Counted;
import org.decentralizedai.billing.ad.Topic;
import org.decentralizedai.billing.ad.Visitor;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/**
 * What the page's ad slot asks and reports. The text that comes with the question is read for its topics and forgotten; it goes nowhere.
 * All of an ad comes from this server: text, picture ({@link PictureRoutes}) and the link, which leads on from here.
 */
public final class AdRoutes implements Routes {
    /** @param text the conversation's last message */
    record Question(String text) {}

    /**
     * @param image address of a picture; null: text only
     * @param leadsTo host of the advertiser's page
     * @param link address here that leads there
     * @param token to report that it was seen
     */
    record Shown(String title, String body, @Nullable String image, String leadsTo, String link, String token) {
        static Shown of(AdDesk.Shown shown) {
            var ad = shown.ad();
            return new Shown(
                    ad.title(),
                    ad.body(),
                    ad.image() == null ? null : PictureRoutes.address(ad.image()),
                    ad.leadsTo(),
                    "/ads/click/" + shown.token(),
                    shown.token());
        }
    }

    /** @param ad null: none, since the account has paid for none, or none fits */
    record Answer(@Nullable Shown ad) {}

    record Report(String token) {}

    record Judged(boolean counted) {}

    private final AdDesk desk;
    private final AdFree free;
    private final Billing billing;
    private final Function<Context, Optional<String>> signedIn;
    private final String adsTxt;

    /** @param signedIn the account of whoever asks; empty when signed out */
    AdRoutes(
            AdDesk desk,
            AdFree free,
            Billing billing,
            Function<Context, Optional<String>> signedIn,
            List<String> adsTxt) {
        this.desk = desk;
        this.free = free;
        this.billing = billing;
        this.signedIn = signedIn;
        this.adsTxt = adsTxt.isEmpty()
                ? "# Nobody is authorised to sell ads on this site.\n"
                : String.join("\n", adsTxt) + "\n";
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.post("/api/ads/next", context -> answer(context, next(context)));
        routes.post("/api/ads/views", context -> answer(context, viewed(context)));
        routes.get("/ads/click/{token}", this::follow);
        routes.get(
                "/ads.txt",
                context -> context.contentType("text/plain; charset=utf-8")
                        .header("Cache-Control", "no-cache")
                        .result(adsTxt));
    }

    private static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private Answer next(Context context) {
        var question = Body.read(context, Question.class, "text");
        if (question.text() == null || signedIn.apply(context).filter(free::has).isPresent()) return new Answer(null);
        return new Answer(desk.decide(Topic.of(question.text()), visitor(context))
                .map(Shown::of)
                .orElse(null));
    }

    private Judged viewed(Context context) {
        var report = Body.read(context, Report.class, "token");
        boolean counts = report.token() != null && billing.alone();
        return new Judged(counts && desk.view(report.token(), visitor(context)) == Counted.COUNTED);
    }

    /** Leads there, counted or not; but nowhere that this server has not said itself. */
    private void follow(Context context) {
        String token = context.pathParam("token");
        var target = clicked(context)
                ? desk.click(token, visitor(context)).target()
                : desk.target(token).orElse(null);
        if (target == null) throw new RequestException(NOT_FOUND, "this ad is not shown any more");
        context.status(303)
                .header("Location", target.toASCIIString())
                .header("Cache-Control", "no-store")
                .header("X-Robots-Tag", "noindex, nofollow");
    }

    /** By a person on one of our pages, as far as the browser says: not loaded ahead, and not from another site. */
    private boolean clicked(Context context) {
        String site = context.header("Sec-Fetch-Site"), mode = context.header("Sec-Fetch-Mode");
        return billing.alone()
                && context.header("Sec-Purpose") == null
                && context.header("Purpose") == null
                && (site == null || site.equals("same-origin"))
                && (mode == null || mode.equals("navigate"));
    }

    private static Visitor visitor(Context context) {
        String browser = context.header("User-Agent");
        return new Visitor(LocalAddress.network(context.ip()), browser == null ? "" : browser);
    }
}
