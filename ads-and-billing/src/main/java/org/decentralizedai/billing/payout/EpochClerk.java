package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.decentralizedai.billing.payout.PoolState.Quorum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.utils.Numeric;

/**
 * Does what an epoch takes, step by step: brings what customers have spent to the chain, closes the epoch when the watcher has seen that, proposes
 * its root and makes it final. What it has done it knows from the books and the chain, so that it goes on after a restart; what fails is tried
 * again at the next turn. Thread-safe: one turn at a time.
 */
public final class EpochClerk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EpochClerk.class);
    private static final String UNSETTLED =
            "an epoch is closed as soon as the chain is read, and adds up to what the contract counts";

    /**
     * What the clerk works with.
     *
     * @param sync forces all commits before it to the disk; called before anything leaves for the chain
     * @param alone whether this server has the database
     * @param minimum wei that an account must owe before it is worth a transaction
     */
    public record Parts(
            EpochStore epochs,
            SpendingStore spendings,
            Signatures signatures,
            EpochClosing closing,
            Owing owing,
            PoolNode node,
            PoolMessages messages,
            SignerKeys keys,
            Clock clock,
            Runnable sync,
            BooleanSupplier alone,
            BigInteger minimum) {}

    /**
     * Something for the contract's signers to sign.
     *
     * @param digest 0x and 64 digits: by EIP-712, of {@code epoch} or {@code postings}
     * @param signed who has
     */
    public record ToSign(String digest, Quorum quorum, Set<String> signed) {}

    private final Parts with;
    private final Duration epochLength;
    private final RootDesk roots;
    private final SpendingDesk spending;
    private final Quorate quorate;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("epochs").factory());
    private volatile @Nullable Quorum quorum; // it never changes
    private volatile @Nullable String problem;
    private boolean wanted;
    private long rested; // when there was nothing to share out, milliseconds: the next look is a period later

    /** @param epochLength after whole multiples of which, since 1970, an epoch is closed */
    public EpochClerk(Parts parts, Duration epochLength) {
        with = parts;
        this.epochLength = epochLength;
        quorate = new Quorate(parts.signatures(), parts.keys());
        boolean sends = !parts.keys().all().isEmpty();
        roots = new RootDesk(parts.epochs(), parts.node(), parts.messages(), quorate, sends);
        spending = new SpendingDesk(
                parts.spendings(), parts.node(), parts.messages(), quorate, parts.sync(), parts.minimum());
    }

    /** From now on it takes its turns by itself. */
    public void start(Duration pause) {
        thread.scheduleWithFixedDelay(this::turn, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What went wrong in the last turn; empty: nothing. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** How often the contract has refused a voucher or a posting since the start. */
    public long refusals() {
        return spending.refusals();
    }

    /** Closes an epoch as soon as that is possible, whatever the time. @return what it waits for or has done, in words */
    public synchronized String closeNow() {
        wanted = true;
        return turn();
    }

    /** @return what it waits for or has done, in words */
    public synchronized String turn() {
        if (!with.alone().getAsBoolean()) return "another server has the database";
        try {
            String said = work();
            problem = null;
            return said;
        } catch (NodeException | Contradiction e) { // the next turn tries again
            return failed(String.valueOf(e.getMessage()), null);
        } catch (RuntimeException e) { // the database says no, or worse: its words are not for strangers
            return failed("internal error: the server's log has it", e);
        }
    }

    private String failed(String sentence, @Nullable RuntimeException e) {
        if (!sentence.equals(problem)) LOG.warn("payouts: {}", sentence, e);
        problem = sentence;
        return sentence;
    }

    private String work() {
        var newest = with.epochs().newest();
        boolean open = newest.isEmpty() || newest.get().state() == State.FINAL;
        var owed = with.owing().owed();
        boolean leaving = owed.stream().anyMatch(each -> each.leaving() && each.voucher() != null);
        if (open && !due() && !leaving) return "the next epoch is not due yet";
        with.node().settle();
        var chain = with.node().state();
        long now = Math.max(chain.now(), with.clock().millis() / 1000);
        if (leaving) spending.redeem(owed.stream().filter(Owing.Owed::leaving).toList());
        if (!open) {
            String waits = roots.step(newest.orElseThrow(), chain, quorum(), now);
            if (!waits.isEmpty()) return waits;
        }
        if (!due()) return "the next epoch is not due yet";
        return with.keys().all().isEmpty() ? close(now) : collect(chain, now);
    }

    private String collect(PoolState chain, long now) {
        var owed = with.owing().owed();
        spending.redeem(owed);
        long closed = with.epochs().newest().map(PayoutEpoch::closedAtMillis).orElse(0L);
        var waits = spending.post(owed, chain, quorum(), Math.max(closed, rested), now);
        if (waits.isPresent()) return waits.get();
        if (with.owing().seenBlock() < spending.lastBlock())
            return "what was spent counts as soon as block " + spending.lastBlock() + " is confirmed";
        return close(now);
    }

    private String close(long now) {
        var settled = with.owing().settledBlock();
        if (settled.isEmpty()) return UNSETTLED;
        var closed = with.closing().close(settled.getAsLong());
        if (closed.isEmpty() && !settled.equals(with.owing().settledBlock())) return UNSETTLED;
        with.sync().run();
        wanted = false;
        if (closed.isEmpty()) {
            rested = with.clock().millis();
            return "there is nothing to share out";
        }
        return roots.step(with.epochs().newest().orElseThrow(), with.node().state(), quorum(), now);
    }

    private boolean due() {
        if (wanted) return true;
        var since = with.epochs().openSince();
        return since.isPresent()
                && period(Math.max(since.getAsLong(), rested))
                        < period(with.clock().millis());
    }

    private long period(long millis) {
        return Math.floorDiv(millis, epochLength.toMillis());
    }

    private Quorum quorum() {
        var known = quorum;
        if (known == null) quorum = known = with.node().quorum();
        return known;
    }

    /** What is signed of an epoch; its data says what it means. @throws NodeException */
    public ToSign toSign(PayoutEpoch epoch) {
        return toSign(roots.digest(epoch));
    }

    /** What is signed of postings. @throws NodeException */
    public ToSign toSign(SpendingStore.Spending postings) {
        return toSign(spending.digest(postings));
    }

    private ToSign toSign(byte[] digest) {
        return new ToSign(
                Numeric.toHexString(digest),
                quorum(),
                with.signatures().of(digest).keySet());
    }

    /** False when it is no signature of that by a signer of the contract. @throws NodeException */
    public boolean sign(ToSign what, String signature) {
        return quorate.take(Numeric.hexStringToByteArray(what.digest()), signature, what.quorum());
    }

    /** A turn that has begun is finished, or given up after some seconds. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) LOG.warn("a turn of the epochs' clerk did not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        with.node().close();
    }
}
