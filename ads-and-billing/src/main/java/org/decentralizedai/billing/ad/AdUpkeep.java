package org.decentralizedai.billing.ad;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each minute: ends campaigns that are over, or whose money goes back to its owner, books what campaigns have spent, and lets those of {@link Debtors}
 * stand still. Each hour: deletes what is needed no more. Thread-safe.
 */
public final class AdUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdUpkeep.class);

    private final CampaignMoney money;
    private final Debtors debtors;
    private final AdSweep sweep;
    private final Supplier<List<String>> overdrawn;
    private final BooleanSupplier alone;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ads").factory());

    /**
     * @param overdrawn customers who want back, by an exit, what is in their budgets
     * @param alone whether no other server uses the database, as far as this one knows now
     */
    public AdUpkeep(
            CampaignMoney money,
            Debtors debtors,
            AdSweep sweep,
            Supplier<List<String>> overdrawn,
            BooleanSupplier alone) {
        this.money = money;
        this.debtors = debtors;
        this.sweep = sweep;
        this.overdrawn = overdrawn;
        this.alone = alone;
        timer.scheduleWithFixedDelay(this::run, 1, 60, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(() -> trying("deleting what is old", sweep::sweep), 1, 60, TimeUnit.MINUTES);
    }

    private void run() {
        trying("ending campaigns that are over", money::endOver);
        trying("ending campaigns whose deposits go back", () -> money.endOf(overdrawn.get()));
        trying("booking what campaigns have spent", money::book);
        trying("looking who owes too much", debtors::look); // after what was spent is booked, and so owed
    }

    /** @param work gives how many it has done */
    private void trying(String what, IntSupplier work) {
        if (!alone.getAsBoolean()) return;
        try {
            int done = work.getAsInt();
            if (done > 0) LOG.debug("{}: {}", what, done);
        } catch (RuntimeException e) { // the database is away
            LOG.warn("{} failed; it is tried again later", what, e);
        }
    }

    @Override
    public void close() {
        timer.close();
    }
}
