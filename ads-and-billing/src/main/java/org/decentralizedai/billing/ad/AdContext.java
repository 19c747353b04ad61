package org.decentralizedai.billing.ad;

import java.util.Set;
import java.util.function.Predicate;

/**
 * What may decide which ad is shown.
 *
 * @param decision random, unique; what is shown by it is counted once
 * @param topics of what stands next to it
 * @param visitor for networks that ask; ours does not use it
 * @param mayStillSee whether a campaign's cap admits another impression for the visitor today, by the campaign's id and cap
 */
public record AdContext(String decision, Set<Topic> topics, Visitor visitor, Predicate<Capped> mayStillSee) {
    /** @param most impressions for a visitor and day */
    public record Capped(String campaign, int most) {}
}
