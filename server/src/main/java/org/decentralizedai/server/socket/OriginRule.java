package org.decentralizedai.server.socket;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page of this origin may open a worker's socket: only the site's own. A client that names no origin is no browser
 * and gains nothing by it.
 *
 * @param publicUrl under which visitors know the site; null when they come straight to this server
 */
record OriginRule(@Nullable URI publicUrl) {

    /** @param host the request's Host, as a trusted proxy forwarded it */
    boolean allows(@Nullable String origin, String host) {
        if (origin == null) return true;
        try {
            var asked = new URI(origin);
            if (publicUrl != null && authority(asked).equals(authority(publicUrl)))
                return publicUrl.getScheme().equalsIgnoreCase(asked.getScheme());
            return authority(asked).equals(authority(new URI(asked.getScheme() + "://" + host)));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String authority(URI uri) {
        if (uri.getHost() == null) return "";
        int standard = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return uri.getHost().toLowerCase(Locale.ROOT) + ":" + (uri.getPort() < 0 ? standard : uri.getPort());
    }
}
