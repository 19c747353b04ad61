package org.decentralizedai.billing.ad;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.limit.RateLimits;
import org.jspecify.annotations.Nullable;

/**
 * Decides which ad a visitor sees, and judges what browsers report of it. A report counts when its token is ours and not too old, comes from
 * the visitor who got it, a view at least a second after the decision by our clock, a click after the view; once. That stops
 * mistakes, replays and simple programs. It does not stop whoever runs a real browser, or many from many networks: nothing in a web page can. Thread-safe.
 */
public final class AdDesk {
    /** For how long a decision is good. */
    static final Duration LIFE = Duration.ofHours(1);

    /** By our clock, from the decision to the view: the page waits as long until it reports one. */
    static final Duration DWELL = Duration.ofSeconds(1);

    private static final Rate PACE = new Rate(30, 30);

    /** @param token to report its view, and for the link */
    public record Shown(Ad ad, String token) {}

    /** @param target where the visitor goes, counted or not; null: there is no such ad */
    public record Followed(Counted counted, @Nullable URI target) {}

    private final Map<String, AdSource> sources;
    private final List<AdSource> inOrder;
    private final AdSecret secret;
    private final VisitorMark marks;
    private final FrequencyCaps caps = new FrequencyCaps();
    private final RateLimits limits;
    private final Clock clock;
    private final RandomGenerator random;

    /** @param sources asked in this order, until one has an ad */
    public AdDesk(List<AdSource> sources, AdSecret secret, RateLimits limits, Clock clock, RandomGenerator random) {
        this.sources = sources.stream().collect(Collectors.toUnmodifiableMap(AdSource::name, Function.identity()));
        this.secret = secret;
        this.limits = limits;
        this.clock = clock;
        this.random = random;
        marks = new VisitorMark(secret);
        inOrder = List.copyOf(sources);
    }

    /** Empty for bots, for who asks too often, and when nothing fits. */
    public Optional<Shown> decide(Set<Topic> topics, Visitor visitor) {
        long now = clock.millis();
        String mark = marks.of(visitor, now);
        if (visitor.isBot() || !paced("decision", mark)) return Optional.empty();
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String decision = HexFormat.of().formatHex(bytes);
        var context =
                new AdContext(decision, topics, visitor, capped -> caps.admits(capped.campaign(), mark, capped.most()));
        for (AdSource source : inOrder) {
            var ad = source.decide(context);
            if (ad.isPresent()) return Optional.of(shown(source, ad.get(), decision, now, mark));
        }
        return Optional.empty();
    }

    private Shown shown(AdSource source, Ad ad, String decision, long now, String mark) {
        var token = new AdToken(decision, source.name(), ad.id(), now, mark);
        return new Shown(ad, token.signed(secret));
    }

    /** A visitor has seen it: half of it, for a second. */
    public Counted view(String signed, Visitor visitor) {
        var token = AdToken.read(signed, secret).orElse(null);
        if (token == null) return Counted.FORGED;
        var refusal = refusal(token, visitor);
        if (refusal != null) return refusal;
        if (clock.millis() < token.decidedAtMillis() + DWELL.toMillis()) return Counted.TOO_SOON;
        if (!paced("view", token.visitor())) return Counted.CAPPED;
        var source = sources.get(token.source());
        if (source == null) return Counted.OVER; // turned off meanwhile
        return capped(token, source);
    }

    /** A time of the visitor's cap is taken before it is counted, and given back when it is not: no race shows it more often. */
    private Counted capped(AdToken token, AdSource source) {
        int cap = source.cap(token.ad());
        if (!caps.take(token.ad(), token.visitor(), cap)) return Counted.CAPPED;
        var counted = Counted.OVER;
        try {
            counted = source.view(token.ad(), token.decision());
            return counted;
        } finally {
            if (counted != Counted.COUNTED) caps.giveBack(token.ad(), token.visitor());
        }
    }

    /** A visitor follows the link. Whoever has a token that was ours gets there; it counts when all else is right, too. */
    public Followed click(String signed, Visitor visitor) {
        var token = AdToken.read(signed, secret).orElse(null);
        if (token == null) return new Followed(Counted.FORGED, null);
        var source = sources.get(token.source());
        var target = target(token).orElse(null);
        if (source == null || target == null) return new Followed(Counted.OVER, null);
        var refusal = refusal(token, visitor);
        if (refusal == null && !paced("click", token.visitor())) refusal = Counted.CAPPED;
        return new Followed(refusal == null ? source.click(token.ad(), token.decision()) : refusal, target);
    }

    /** Where its link leads, without counting; empty when it leads nowhere. */
    public Optional<URI> target(String signed) {
        return AdToken.read(signed, secret).flatMap(this::target);
    }

    private Optional<URI> target(AdToken token) {
        var source = sources.get(token.source());
        return source == null ? Optional.empty() : source.target(token.ad(), token.decision());
    }

    private @Nullable Counted refusal(AdToken token, Visitor visitor) {
        if (clock.millis() > token.decidedAtMillis() + LIFE.toMillis()) return Counted.EXPIRED;
        boolean same = marks.of(visitor, token.decidedAtMillis()).equals(token.visitor());
        return same && !visitor.isBot() ? null : Counted.OTHER_VISITOR;
    }

    private boolean paced(String what, String mark) {
        return limits.ask(List.of(new Party("ad " + what + "/" + mark, PACE)), 1)
                .allowed();
    }
}
