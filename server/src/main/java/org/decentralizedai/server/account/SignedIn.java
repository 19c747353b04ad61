package org.decentralizedai.server.account;

import static org.decentralizedai.server.edge.RequestException.Code.FORBIDDEN;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.decentralizedai.billing.account.SessionToken;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.server.edge.RequestException;

/**
 * Whose browser asks. A request that changes something must come from one of the site's own pages (Origin) and say the session's
 * CSRF token, which {@code GET /api/session} tells, in the header {@value #CSRF}. Thread-safe.
 */
public final class SignedIn {
    public static final String CSRF = "X-CSRF-Token";

    private final Sessions sessions;
    private final SiteOrigin site;
    private final SessionCookie cookie;

    public SignedIn(Sessions sessions, SiteOrigin site) {
        this.sessions = sessions;
        this.site = site;
        cookie = new SessionCookie(site);
    }

    /**
     * The account that the browser is signed in to.
     *
     * @throws RequestException 401 when it is signed in to none, 403 when another site's page seems to have sent it
     */
    public String account(Context context) {
        return sessions.account(token(context)).orElseThrow(SignedIn::signedOut);
    }

    /** Empty when signed out; for what signed-out people may read, too. */
    public Optional<String> accountIfAny(Context context) {
        return cookie.read(context).flatMap(sessions::account);
    }

    /** @throws RequestException as {@link #account}; the token may still be that of a session that has ended */
    SessionToken token(Context context) {
        var token = cookie.read(context).orElseThrow(SignedIn::signedOut);
        if (changes(context)) {
            requireOwnPage(context);
            requireCsrf(context, token);
        }
        return token;
    }

    private static boolean changes(Context context) {
        return context.method() != HandlerType.GET && context.method() != HandlerType.HEAD;
    }

    /** @throws RequestException 403 unless a page of the site has sent it */
    void requireOwnPage(Context context) {
        String fetchedBy = context.header("Sec-Fetch-Site");
        if (!site.is(context.header("Origin")) || (fetchedBy != null && !fetchedBy.equals("same-origin")))
            throw new RequestException(
                    FORBIDDEN,
                    site.all().isEmpty()
                            ? "signing in needs a public address (publicUrl) with https"
                            : "signing in works on pages of " + String.join(", ", site.all()) + " only");
    }

    private static void requireCsrf(Context context, SessionToken token) {
        String said = context.header(CSRF);
        if (said == null || !MessageDigest.isEqual(bytes(said), bytes(token.csrf())))
            throw new RequestException(FORBIDDEN, "say the session's CSRF token in the header " + CSRF);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    SessionCookie cookie() {
        return cookie;
    }

    private static RequestException signedOut() {
        return new RequestException(UNAUTHORIZED, "sign in first");
    }
}
