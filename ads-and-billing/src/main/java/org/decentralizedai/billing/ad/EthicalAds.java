package org.decentralizedai.billing.ad;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ads of the EthicalAds network, by its decision API (readthedocs/ethical-ad-server: adserver/api/views.py), asked by this server: text only, and a view
 * is reported by this server too, so that no page has a script, picture or pixel of theirs. They get topics, the browser's name and the
 * visitor's network instead of the address; and the visitor's address when an ad is followed. They pay whoever owns the account, in money that is not ether: docs/ads.md. A network that is slow
 * or ill is left alone for a while. Thread-safe.
 */
public final class EthicalAds implements AdSource {
    private static final Logger LOG = LoggerFactory.getLogger(EthicalAds.class);
    private static final Duration PATIENCE = Duration.ofMillis(800);
    private static final Duration REST = Duration.ofSeconds(30);
    private static final int MOST_OFFERS = 50_000, LONGEST_TITLE = 60, LONGEST_BODY = 140;
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\s]+");

    /**
     * The operator's account there; {@code ads.ethicalAds} in the settings file.
     *
     * @param server such as https://server.ethicalads.io
     * @param publisher its slug
     * @param token of its API; secret
     */
    public record Publisher(URI server, String publisher, String token) {
        public Publisher {
            if (server.getHost() == null || publisher.isBlank() || token.isBlank())
                throw new IllegalArgumentException("ethicalAds needs server, publisher and token");
        }

        @Override
        public String toString() {
            return "Publisher[" + server + ", " + publisher + "]";
        }
    }

    private record Offer(URI link, URI view, String browser, AtomicBoolean viewed, AtomicBoolean clicked) {}

    private final Publisher publisher;
    private final Clock clock;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final JsonMapper json = JsonMapper.shared();
    private final AtomicLong restsUntil = new AtomicLong();
    private final Cache<String, Offer> offers = Caffeine.newBuilder()
            .maximumSize(MOST_OFFERS)
            .expireAfterWrite(AdDesk.LIFE)
            .build();

    public EthicalAds(Publisher publisher, Clock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "ethicalads";
    }

    @Override
    public Optional<Ad> decide(AdContext context) {
        if (clock.millis() < restsUntil.get()) return Optional.empty();
        try {
            var answer = http.send(question(context), BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw new IOException("it answered " + answer.statusCode());
            return ad(json.readTree(answer.body()), context);
        } catch (IOException | JacksonException e) {
            restsUntil.set(clock.millis() + REST.toMillis());
            LOG.warn("EthicalAds gave no answer and is left alone for {}: {}", REST, e.toString());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private HttpRequest question(AdContext context) {
        var visitor = context.visitor();
        var body = Map.of(
                "publisher", publisher.publisher(),
                "placements", List.of(Map.of("div_id", "chat", "ad_type", "text-v1")),
                "campaign_types", List.of("paid"),
                "keywords",
                        context.topics().stream()
                                .map(topic -> topic.name().toLowerCase(Locale.ROOT))
                                .sorted()
                                .toList(),
                "user_ip", visitor.network().replaceFirst("/.*", ""),
                "user_ua", visitor.browser());
        return HttpRequest.newBuilder(publisher.server().resolve("/api/v1/decision/"))
                .timeout(PATIENCE)
                .header("Authorization", "Token " + publisher.token())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json.writeValueAsString(body)))
                .build();
    }

    /** Empty for {@code {}}, which says that there is none, and for what does not look as it should. */
    private Optional<Ad> ad(JsonNode answer, AdContext context) {
        var link = own(answer.path("link").asString(""));
        var view = own(answer.path("view_url").asString(""));
        var copy = answer.path("copy");
        String title = line(copy.path("headline").asString(""), LONGEST_TITLE);
        String body = line(
                copy.path("content").asString(answer.path("body").asString("")) + " "
                        + copy.path("cta").asString(""),
                LONGEST_BODY);
        if (link == null || view == null || title.isEmpty() && body.isEmpty()) return Optional.empty();
        offers.put(
                context.decision(),
                new Offer(link, view, context.visitor().browser(), new AtomicBoolean(), new AtomicBoolean()));
        String leadsTo = line(answer.path("link_domain").asString(link.getHost()), LONGEST_TITLE);
        return Optional.of(new Ad(context.decision(), title.isEmpty() ? "Sponsor" : title, body, null, leadsTo));
    }

    /** Null unless it is an address of the network itself: nobody is led elsewhere from here. */
    private @Nullable URI own(String address) {
        try {
            var uri = URI.create(address);
            return publisher.server().getScheme().equals(uri.getScheme())
                            && publisher.server().getAuthority().equals(uri.getAuthority())
                    ? uri
                    : null;
        } catch (IllegalArgumentException e) { // no address at all
            return null;
        }
    }

    private static String line(String text, int longest) {
        String line = INVISIBLE.matcher(text).replaceAll(" ").strip();
        return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
    }

    /** The network has rules of its own. */
    @Override
    public int cap(String ad) {
        return Integer.MAX_VALUE;
    }

    @Override
    public Counted view(String ad, String decision) {
        var offer = offers.getIfPresent(decision);
        if (offer == null) return Counted.OVER;
        if (!offer.viewed().compareAndSet(false, true)) return Counted.REPLAYED;
        var report = HttpRequest.newBuilder(offer.view())
                .timeout(PATIENCE)
                .header("User-Agent", offer.browser())
                .build();
        http.sendAsync(report, BodyHandlers.discarding()).whenComplete((answer, failure) -> {
            if (failure != null) LOG.warn("EthicalAds did not take the report of a view: {}", failure.toString());
        });
        return Counted.COUNTED;
    }

    /** They count it themselves, when the browser comes to their link. */
    @Override
    public Counted click(String ad, String decision) {
        var offer = offers.getIfPresent(decision);
        if (offer == null) return Counted.OVER;
        if (!offer.viewed().get()) return Counted.NOT_VIEWED;
        return offer.clicked().compareAndSet(false, true) ? Counted.COUNTED : Counted.REPLAYED;
    }

    @Override
    public Optional<URI> target(String ad, String decision) {
        return Optional.ofNullable(offers.getIfPresent(decision)).map(Offer::link);
    }
}
