package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.Optional;
import java.util.function.Function;
import org.decentralizedai.billing.ad.AdImages;
import org.decentralizedai.billing.ad.PicturePass;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;

/** {@code GET /ads/images/HASH.png}: to everybody once it is approved; before, to the account that it is of and by the operator's pass. */
public final class PictureRoutes implements Routes {
    private static final String IMAGES = "/ads/images/", PNG = ".png", PASS = "pass";

    private final AdImages images;
    private final PicturePass pass;
    private final Function<Context, Optional<String>> signedIn;

    PictureRoutes(AdImages images, PicturePass pass, Function<Context, Optional<String>> signedIn) {
        this.images = images;
        this.pass = pass;
        this.signedIn = signedIn;
    }

    static String address(String hash) {
        return IMAGES + hash + PNG;
    }

    /** With leave to see it before it is approved. */
    static String address(String hash, PicturePass pass) {
        return address(hash) + "?" + PASS + "=" + pass.of(hash);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(IMAGES + "{file}", this::image);
    }

    private void image(Context context) {
        String file = context.pathParam("file");
        String hash = file.endsWith(PNG) ? file.substring(0, file.length() - PNG.length()) : "";
        var published = images.published(hash);
        byte[] png = published
                .or(() -> mayPreview(context, hash) ? images.find(hash) : Optional.empty())
                .orElseThrow(() -> new RequestException(NOT_FOUND, "there is no such picture"));
        context.contentType("image/png")
                .header(
                        "Cache-Control",
                        published.isPresent() ? "public, max-age=31536000, immutable" : "private, no-store")
                .result(png);
    }

    private boolean mayPreview(Context context, String hash) {
        String shown = context.queryParam(PASS);
        return shown != null && pass.isGood(shown, hash)
                || signedIn.apply(context)
                        .filter(account -> images.mayUse(hash, account))
                        .isPresent();
    }
}
