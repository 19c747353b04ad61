package org.decentralizedai.billing.ad;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * Advertisers who have spent as much as they may without a word of theirs: their campaigns stand still, whatever their state, until they have signed
 * or the contract has counted it. In memory only, so that a node which does not answer for a while pauses nobody's campaigns for good. Thread-safe.
 */
public final class Debtors {
    private final Jdbi jdbi;
    private final Predicate<String> trusts;
    private volatile Set<String> known = Set.of();

    /** @param trusts whether the customer may spend more; asked at each {@link #look} only */
    public Debtors(Jdbi jdbi, Predicate<String> trusts) {
        this.jdbi = jdbi;
        this.trusts = trusts;
    }

    /**
     * Asks again about all whose campaigns run.
     *
     * @return how many advertisers stand still
     */
    public int look() {
        var running = jdbi.withHandle(
                handle -> handle.createQuery("select distinct customer from ad_campaign where state = 'RUNNING'")
                        .mapTo(String.class)
                        .list());
        known = running.stream().filter(customer -> !trusts.test(customer)).collect(Collectors.toUnmodifiableSet());
        return known.size();
    }

    boolean has(String customer) {
        return known.contains(customer);
    }
}
