package org.decentralizedai.billing.ad;

import java.net.URI;
import java.util.Optional;

/**
 * Where ads come from. A source is asked about topics, never about a person; the {@link AdDesk} has checked that a report is of the
 * visitor whom the ad was shown to, in time, before the source hears of it. Implementations are thread-safe, and answer soon or not at all.
 */
public interface AdSource {
    /** Short, of letters and digits: it is in the tokens. */
    String name();

    Optional<Ad> decide(AdContext context);

    /** Impressions of it for one visitor and day. */
    int cap(String ad);

    /** Counts it, once. */
    Counted view(String ad, String decision);

    /** Counts it, once. */
    Counted click(String ad, String decision);

    /** Where a click leads; empty when the ad is no more. */
    Optional<URI> target(String ad, String decision);
}
