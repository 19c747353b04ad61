package org.decentralizedai.server.account;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Optional;
import org.decentralizedai.billing.account.SessionToken;

/**
 * The one cookie of the site. No script reads it, no other site's page makes a browser send it, and over https it is Secure and
 * bound to this host by its name. On the plain http of one's own machine it is not: there Safari would drop it.
 */
final class SessionCookie {
    private final SiteOrigin site;

    SessionCookie(SiteOrigin site) {
        this.site = site;
    }

    private String name() {
        return site.secure() ? "__Host-session" : "session";
    }

    Optional<SessionToken> read(Context context) {
        return Optional.ofNullable(context.cookie(name())).flatMap(SessionToken::parse);
    }

    void set(Context context, SessionToken token, Duration life) {
        write(context, token.reveal(), life.toSeconds());
    }

    void clear(Context context) {
        write(context, "", 0);
    }

    private void write(Context context, String value, long seconds) {
        context.res()
                .addHeader(
                        "Set-Cookie",
                        name() + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Strict"
                                + (site.secure() ? "; Secure" : ""));
    }
}
