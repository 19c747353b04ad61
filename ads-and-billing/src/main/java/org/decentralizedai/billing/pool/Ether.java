package org.decentralizedai.billing.pool;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.WatchStore.Watched;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.protocol.Web3j;

/**
 * The contract as this server sees it. Its thread reads the chain every few seconds, as long as no other server uses the database.
 * Thread-safe.
 */
public final class Ether implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ether.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EtherSettings settings;
    private final Clock clock;
    private final String contract;
    private final Web3j node;
    private final NodeView view;
    private final WatchStore store;
    private final EventStore events;
    private final PurseStore purses;
    private final Credits credits;
    private final Positions positions;
    private final Watcher watcher;
    private final BooleanSupplier alone;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("chain").factory());
    private volatile boolean closed;
    private final Trust trust;
    private volatile @Nullable PoolTerms terms;
    private volatile @Nullable Exception failure;

    /**
     * Does not look yet.
     *
     * @param settings with a chain
     * @param alone whether no other server uses the database
     * @throws IllegalArgumentException when the database follows another contract
     */
    public Ether(EtherSettings settings, Jdbi jdbi, JdbcLedger ledger, Clock clock, BooleanSupplier alone) {
        var chain = requireNonNull(settings.chain(), "ether has no chain");
        URI rpc = requireNonNull(chain.rpc(), "the chain has no node");
        this.settings = settings;
        this.clock = clock;
        this.alone = alone;
        contract = requireNonNull(settings.contract(), "ether has no contract").toLowerCase(Locale.ROOT);
        node = NodeView.node(rpc.toString(), PATIENCE);
        long rate = settings.weiPerMicroCredit();
        store = new WatchStore(jdbi);
        store.open(new Watched(chain.id(), contract, rate), settings.fromBlock());
        events = new EventStore(jdbi, clock);
        purses = new PurseStore(jdbi);
        credits = new Credits(jdbi, ledger, purses, rate);
        positions = new Positions(jdbi, purses, rate, this::former);
        trust = new Trust(jdbi, positions, clock);
        ledger.add(positions::keep);
        ledger.add(trust::before);
        var bookings = new Bookings(ledger, events, purses, credits, chain.id());
        view = new NodeView(node, chain.id(), contract);
        watcher = new Watcher(view, store, events, bookings, ledger, settings.confirmations());
    }

    /** Looks every {@code ether.pollSeconds} from now on. */
    public void start() {
        looks.scheduleWithFixedDelay(this::look, 0, settings.pollSeconds(), TimeUnit.SECONDS);
    }

    /** Reads what is confirmed and not read yet. What goes wrong is in {@link #state}, and tried again at the next look. */
    public synchronized void look() {
        if (!going()) return;
        try {
            watcher.look(this::going);
            var known = terms();
            credits.collect();
            if (going()) trust.seen(known, newest(known));
            if (failure != null) LOG.info("the chain is read again");
            failure = null;
        } catch (RuntimeException e) {
            note(e);
        }
    }

    private PoolTerms terms() {
        var known = terms;
        if (known == null) terms = known = NodeView.terms(node, contract);
        var poll = Duration.ofSeconds(settings.pollSeconds());
        if (!development() && known.tooShort(settings.confirmations(), poll))
            throw new ChainFault(
                    Code.SHORT_DELAY,
                    "the contract's delay of " + known.delay().toSeconds() + " s is too short for ether.confirmations="
                            + settings.confirmations());
        return known;
    }

    private boolean development() {
        return requireNonNull(settings.chain()).id() == Chain.DEVELOPMENT;
    }

    /** When the newest block was made; on a development chain one is made only when something happens. */
    private Instant newest(PoolTerms known) {
        var now = clock.instant();
        if (development()) return now;
        var made = view.madeAt(watcher.head());
        if (made.isBefore(now.minus(known.patience())))
            throw new ChainFault(Code.STALE, "the node's newest block is of " + made);
        return made.isBefore(now) ? made : now;
    }

    private boolean going() {
        return !closed && alone.getAsBoolean();
    }

    private void note(RuntimeException e) {
        var before = failure;
        failure = e;
        if (before != null && String.valueOf(before.getMessage()).equals(e.getMessage())) return; // said already
        if (!(e instanceof ChainFault fault))
            LOG.error("what the chain says could not be booked; it is tried again", e);
        else if (fault.code().halts())
            LOG.error("no deposit is credited until this is put right (docs/operators.md): {}", fault.getMessage());
        else LOG.warn("the chain can't be read: {}; it is tried again", fault.getMessage());
    }

    public WatchState state() {
        long next = store.next(), head = watcher.head();
        long lag = head < 0 ? 0 : Math.max(0, head - settings.confirmations() + 1 - next);
        var e = failure;
        if (e == null) return new WatchState(head, next, lag, null, null);
        if (e instanceof ChainFault fault) return new WatchState(head, next, lag, fault.code(), fault.getMessage());
        return new WatchState(head, next, lag, ChainFault.Code.NO_ANSWER, "it could not be booked");
    }

    /** The last block read, when the last look ended without a fault and all events up to there add up to what the contract says. */
    public OptionalLong settledBlock() {
        long next = store.next();
        return failure == null && watcher.settled(next) ? OptionalLong.of(next - 1) : OptionalLong.empty();
    }

    public EtherSettings settings() {
        return settings;
    }

    /** Address, in small letters. */
    public String contract() {
        return contract;
    }

    /** The node; to be used by whoever sends transactions or asks the contract. */
    public Web3j node() {
        return node;
    }

    public EventStore events() {
        return events;
    }

    public PurseStore purses() {
        return purses;
    }

    public Positions positions() {
        return positions;
    }

    /** Whose vouchers the contract may take: the purse's delegate's, and for its delay those of others before him. */
    public Set<String> delegates(Purse purse) {
        var delegates = new TreeSet<>(events.former(purse.account(), former()));
        if (purse.delegate() != null) delegates.add(purse.delegate());
        return delegates;
    }

    /** The contract takes vouchers of a purse's former delegate when he was replaced then or later, for its delay; milliseconds. */
    private long former() {
        var known = terms;
        return known == null ? Long.MAX_VALUE : clock.millis() - known.delay().toMillis();
    }

    /** Whether the customer may spend more before he signs for what he has spent; true for who has no deposits. */
    public boolean trusts(String customer) {
        return trust.trusts(customer);
    }

    public List<Arrears> arrears() {
        return credits.arrears();
    }

    /** As {@link #arrears}, those included who want back by an exit what is in budgets of theirs. */
    public List<Arrears> overdrawn() {
        return credits.overdrawn();
    }

    @Override
    public void close() {
        closed = true;
        looks.close();
        node.shutdown();
    }
}
