package org.decentralizedai.server.account;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.decentralizedai.billing.passkey.RelyingSite;
import org.jspecify.annotations.Nullable;

/**
 * The origin of the site's own pages, on which alone people sign in. It comes from the settings and never from a request: whoever
 * sends one can write any Host into it. Without a public address it is that of this machine.
 */
public final class SiteOrigin {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** IPv6 in brackets, or IPv4. */
    private static final Pattern DIGITS = Pattern.compile("\\[.*|[0-9.]+");

    private final @Nullable URI publicUrl;
    private final boolean tls;
    private final IntSupplier port;

    /**
     * @param publicUrl under which visitors know the site; null when they come straight to this server
     * @param tls whether this server speaks https itself
     * @param port of this server, once it listens
     */
    public SiteOrigin(@Nullable URI publicUrl, boolean tls, IntSupplier port) {
        this.publicUrl = publicUrl;
        this.tls = tls;
        this.port = port;
    }

    /** Whether a page of this origin is the site's, where signing in is safe: over https, or on the machine itself. */
    public boolean is(@Nullable String origin) {
        return origin != null && all().contains(origin.toLowerCase(Locale.ROOT));
    }

    /** As browsers write them: the default port left out. Empty when the site is on plain http for the whole world. */
    public List<String> all() {
        if (publicUrl == null)
            return LOOPBACK.stream()
                    .map(host -> written(tls ? "https" : "http", host, port.getAsInt()))
                    .toList();
        String scheme = publicUrl.getScheme().toLowerCase(Locale.ROOT);
        return host().filter(host -> scheme.equals("https") || LOOPBACK.contains(host))
                .map(host -> List.of(written(scheme, host, publicUrl.getPort())))
                .orElse(List.of());
    }

    private Optional<String> host() {
        return publicUrl == null || publicUrl.getHost() == null
                ? Optional.empty()
                : Optional.of(publicUrl.getHost().toLowerCase(Locale.ROOT));
    }

    /** Where passkeys work; empty where nobody can sign in, and at an address in digits, for which browsers make none. */
    Optional<String> passkeyHost() {
        if (all().isEmpty()) return Optional.empty();
        return Optional.of(relying().host())
                .filter(host -> !DIGITS.matcher(host).matches());
    }

    /** For whom passkeys are good. Without a public address they are for localhost: an address in digits can have none. */
    RelyingSite relying() {
        return new RelyingSite(host().orElse("localhost"), Set.copyOf(all()));
    }

    private static String written(String scheme, String host, int port) {
        boolean standard = port < 0 || port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (standard ? "" : ":" + port);
    }

    /** Whether browsers come over https. */
    public boolean secure() {
        return publicUrl == null ? tls : "https".equalsIgnoreCase(publicUrl.getScheme());
    }
}
