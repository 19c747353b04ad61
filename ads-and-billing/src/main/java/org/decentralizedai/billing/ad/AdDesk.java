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
 * the visitor who got it, a view at least a second after the decision by our clock, a click after the view; once; and no more of them than one
 * visitor, and one network, whatever its browsers call themselves, are good for. That stops mistakes, replays, simple programs and single machines. It
 * does not stop whoever has many networks: nothing in a web page can. Thread-safe.
 */
public final class AdDesk {
    /** For how long a decision is good. */
    static final Duration LIFE = Duration.ofHours(1);

    /** By our clock, from the decision to the view: the page waits as long until it reports one. */
    static final Duration DWELL = Duration.ofSeconds(1);

    /** From the decision on: as long its link leads to the advertiser, counted or not. */
    static final Duration LINK_LIFE = Duration.ofDays(1);

    /** For a visitor in a minute. */
    private static final Rate PACE = new Rate(30, 30);

    /** For all visitors of a network together. */
    private static final Rate NETWORK_PACE = new Rate(120, 120), NETWORK_CLICKS = new Rate(10, 10);

    /** So many times a campaign's daily cap of a visitor is its daily cap of a network. */
    static final int NETWORK_CAP = 10;

    private enum Asked {
        DECISION,
        VIEW,
        CLICK
    }

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

    /**
     * @param sources asked in this order, until one has an ad
     * @param limits of nothing else, so that whoever makes up visitors pushes nobody else out of them
     */
    public AdDesk(List<AdSource> sources, AdSecret secret, RateLimits limits, Clock clock, RandomGenerator random) {
        this.sources = sources.stream().collect(Collectors.toUnmodifiableMap(AdSource::name, Function.identity()));
        this.secret = secret;
        this.limits = limits;
        this.clock = clock;
        this.random = random;
        marks = new VisitorMark(random);
        inOrder = List.copyOf(sources);
    }

    /** Empty for bots, for who asks too often, and when nothing fits. */
    public Optional<Shown> decide(Set<Topic> topics, Visitor visitor) {
        long now = clock.millis();
        var mark = marks.of(visitor, now);
        if (visitor.isBot() || !paced(Asked.DECISION, mark)) return Optional.empty();
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String decision = HexFormat.of().formatHex(bytes);
        var context =
                new AdContext(decision, topics, visitor, capped -> admits(capped.campaign(), mark, capped.most()));
        for (AdSource source : inOrder) {
            var ad = source.decide(context);
            if (ad.isPresent()) return Optional.of(shown(source, ad.get(), decision, now, visitor));
        }
        return Optional.empty();
    }

    private boolean admits(String campaign, VisitorMark.Marks mark, int cap) {
        return caps.admits(campaign, mark.network(), ofNetwork(cap)) && caps.admits(campaign, mark.visitor(), cap);
    }

    private static int ofNetwork(int cap) {
        return Math.clamp((long) cap * NETWORK_CAP, 0, Integer.MAX_VALUE);
    }

    private Shown shown(AdSource source, Ad ad, String decision, long now, Visitor visitor) {
        var token = new AdToken(decision, source.name(), ad.id(), now, AdToken.proof(decision, visitor, secret));
        return new Shown(ad, token.signed(secret));
    }

    /** A visitor has seen it: half of it, for a second. */
    public Counted view(String signed, Visitor visitor) {
        var token = AdToken.read(signed, secret).orElse(null);
        if (token == null) return Counted.FORGED;
        var refusal = refusal(token, visitor);
        if (refusal != null) return refusal;
        if (clock.millis() < token.decidedAtMillis() + DWELL.toMillis()) return Counted.TOO_SOON;
        var mark = marks.of(visitor, clock.millis());
        if (!paced(Asked.VIEW, mark)) return Counted.CAPPED;
        var source = sources.get(token.source());
        if (source == null) return Counted.OVER; // turned off meanwhile
        return capped(token, source, mark);
    }

    /** A time of the caps is taken before it is counted, and given back when it is not: no race shows it more often. */
    private Counted capped(AdToken token, AdSource source, VisitorMark.Marks mark) {
        if (!take(token.ad(), mark, source.cap(token.ad()))) return Counted.CAPPED;
        var counted = Counted.OVER;
        try {
            counted = source.view(token.ad(), token.decision());
            return counted;
        } finally {
            if (counted != Counted.COUNTED) {
                caps.giveBack(token.ad(), mark.visitor());
                caps.giveBack(token.ad(), mark.network());
            }
        }
    }

    private boolean take(String campaign, VisitorMark.Marks mark, int cap) {
        if (!caps.take(campaign, mark.network(), ofNetwork(cap))) return false;
        boolean taken = caps.take(campaign, mark.visitor(), cap);
        if (!taken) caps.giveBack(campaign, mark.network());
        return taken;
    }

    /** A visitor follows the link. Whoever has a token of ours of the last day gets there; it counts when all else is right, too. */
    public Followed click(String signed, Visitor visitor) {
        var token = AdToken.read(signed, secret).orElse(null);
        if (token == null) return new Followed(Counted.FORGED, null);
        var source = sources.get(token.source());
        var target = target(token).orElse(null);
        if (source == null || target == null) return new Followed(Counted.OVER, null);
        var refusal = refusal(token, visitor);
        if (refusal == null && !paced(Asked.CLICK, marks.of(visitor, clock.millis()))) refusal = Counted.CAPPED;
        return new Followed(refusal == null ? source.click(token.ad(), token.decision()) : refusal, target);
    }

    /** Where its link leads, without counting; empty when it leads nowhere. */
    public Optional<URI> target(String signed) {
        return AdToken.read(signed, secret).flatMap(this::target);
    }

    private Optional<URI> target(AdToken token) {
        var source = sources.get(token.source());
        boolean old = clock.millis() > token.decidedAtMillis() + LINK_LIFE.toMillis();
        return old || source == null ? Optional.empty() : source.target(token.ad(), token.decision());
    }

    private @Nullable Counted refusal(AdToken token, Visitor visitor) {
        if (clock.millis() > token.decidedAtMillis() + LIFE.toMillis()) return Counted.EXPIRED;
        return token.isOf(visitor, secret) && !visitor.isBot() ? null : Counted.OTHER_VISITOR;
    }

    /** The network first: one that asks too much adds no more visitors to what is kept. */
    private boolean paced(Asked what, VisitorMark.Marks mark) {
        var network =
                new Party(what + " network " + mark.network(), what == Asked.CLICK ? NETWORK_CLICKS : NETWORK_PACE);
        return limits.ask(List.of(network), 1).allowed()
                && limits.ask(List.of(new Party(what + " " + mark.visitor(), PACE)), 1)
                        .allowed();
    }
}
