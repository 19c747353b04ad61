package org.decentralizedai.billing;

import io.github.bucket4j.TimeMeter;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.key.KeyStore;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.limit.RateLimits;
import org.decentralizedai.billing.meter.Meter;
import org.decentralizedai.billing.meter.UsageStore;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.pool.EtherSettings;
import org.decentralizedai.billing.voucher.Vouchers;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts over one database, the hourly roll-up of past epochs, and each minute's sweep of requests that are not settled. Thread-safe. */
public final class Billing implements AutoCloseable {
    /** For people: what {@link Outcome#UNSIGNED} means. */
    public static final String UNSIGNED =
            "Your deposit can't be spent just now, or not so much of it at once: sign by your wallet for what is spent and let the chain take note, or wait until it is posted. A withdrawal must be over or cancelled first.";

    private static final Logger LOG = LoggerFactory.getLogger(Billing.class);

    private final CustomerStore customers;
    private final KeyStore keys;
    private final JdbcLedger ledger;
    private final Meter meter;
    private final UsageStore usage;
    private final @Nullable Ether ether;
    private final @Nullable Vouchers vouchers;
    private final RateLimits limits = new RateLimits(TimeMeter.SYSTEM_NANOTIME);
    private final Runnable sync;
    private final BooleanSupplier alone;
    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("billing").factory());

    /** On a database that no other server can use. */
    public Billing(Jdbi jdbi, Clock clock, Runnable sync) {
        this(jdbi, clock, sync, () -> true);
    }

    /** Without ether: credits are granted by the operator only. */
    public Billing(Jdbi jdbi, Clock clock, Runnable sync, BooleanSupplier alone) {
        this(jdbi, clock, sync, alone, EtherSettings.none());
    }

    /**
     * Settles what an earlier process has left open.
     *
     * @param jdbi of a migrated database, used by no other server
     * @param sync forces all commits before it to the disk
     * @param alone whether no other server uses the database, as far as this one knows now
     * @param settings of ether; the chain is read from {@link Ether#start} on
     */
    public Billing(Jdbi jdbi, Clock clock, Runnable sync, BooleanSupplier alone, EtherSettings settings) {
        var random = new SecureRandom();
        this.sync = sync;
        this.alone = alone;
        customers = new CustomerStore(jdbi, clock, random);
        keys = new KeyStore(jdbi, clock, random);
        ledger = new JdbcLedger(jdbi, clock);
        meter = new Meter(ledger, jdbi, clock, sync);
        usage = new UsageStore(jdbi);
        ether = settings.chain() == null ? null : new Ether(settings, jdbi, ledger, clock, alone);
        vouchers = ether == null ? null : new Vouchers(ether, jdbi, clock);
        int wrong = ledger.recount();
        if (wrong > 0) LOG.warn("{} accounts were not what their entries say, after a crash; they are again", wrong);
        try {
            meter.sweep();
        } catch (RuntimeException e) { // what one request lacks is no reason to serve nobody
            LOG.error("requests that an earlier process left open could not all be settled; it is tried again", e);
        }
        upkeep.scheduleWithFixedDelay(this::rollUp, 0, 1, TimeUnit.HOURS);
        upkeep.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.MINUTES);
    }

    /** Whether this server may begin anything on the database: else another one may have it by now. */
    public boolean alone() {
        return alone.getAsBoolean();
    }

    private void rollUp() {
        trying("the roll-up of past epochs", ledger::rollUp);
    }

    /** What is nobody's here could be another server's, were there one: then it is left alone. */
    void sweep() {
        trying("the sweep of open requests", meter::sweep);
    }

    /** @param work gives how many it has done */
    private void trying(String what, IntSupplier work) {
        if (!alone()) return;
        try {
            int done = work.getAsInt();
            if (done > 0) LOG.debug("{}: {}", what, done);
        } catch (RuntimeException e) { // the database is away
            LOG.warn("{} failed; it is tried again later", what, e);
        }
    }

    /** On the disk when it returns. */
    public Outcome grant(String id, String customer, BigInteger microCredits, String why) {
        var outcome = ledger.post(Postings.grant(id, customer, microCredits, why));
        sync.run();
        return outcome;
    }

    /** Forces what was written to the disk; to be called before it is acknowledged. */
    public void sync() {
        sync.run();
    }

    /** Micro-credits that the customer can spend. */
    public BigInteger balance(String customer) {
        return ledger.amount(Account.balance(customer));
    }

    public CustomerStore customers() {
        return customers;
    }

    public KeyStore keys() {
        return keys;
    }

    public JdbcLedger ledger() {
        return ledger;
    }

    public Meter meter() {
        return meter;
    }

    public UsageStore usage() {
        return usage;
    }

    /** Empty when customers can't pay in ether here. */
    public Optional<Ether> ether() {
        return Optional.ofNullable(ether);
    }

    /** Whether the customer may spend more before he signs for what he has spent. */
    public boolean trusts(String customer) {
        return ether == null || ether.trusts(customer);
    }

    /** What customers sign; empty when they can't pay in ether here. */
    public Optional<Vouchers> vouchers() {
        return Optional.ofNullable(vouchers);
    }

    public RateLimits limits() {
        return limits;
    }

    @Override
    public void close() {
        if (ether != null) ether.close();
        upkeep.close();
    }
}
