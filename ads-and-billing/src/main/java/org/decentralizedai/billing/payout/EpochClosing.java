package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.EpochInputs.Spending;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Closes an epoch in one transaction: it reads the income and the work, books the shares and what goes to addresses, and writes what is
 * published. Whatever happens, the epoch is open or closed, never half. Thread-safe.
 */
public final class EpochClosing {
    /**
     * What all epochs of a server have in common.
     *
     * @param contract in small letters
     * @param site address of the site, for what is signed; empty: none
     */
    public record Terms(long chain, String contract, int royaltyPercent, String site) {}

    /** What an epoch starts from: how the last one ended. */
    private record Start(
            long epoch,
            long incomeEntries,
            EpochInputs.Read read,
            BigInteger carried,
            SortedMap<String, BigInteger> unassigned,
            SortedMap<String, BigInteger> leaves,
            @Nullable String previous) {
        static final Start FIRST =
                new Start(1, 0, EpochInputs.Read.NOTHING, BigInteger.ZERO, new TreeMap<>(), new TreeMap<>(), null);

        static Start after(EpochStore.Last last) {
            var data = EpochData.read(last.data());
            var ended = data.computed();
            return new Start(
                    last.number() + 1,
                    last.incomeEntries(),
                    data.given().read(),
                    ended.carried(),
                    ended.unassigned(),
                    ended.leaves(),
                    EpochData.hash(last.data()));
        }
    }

    private record Income(long newest, List<Spending> spent) {}

    private final JdbcLedger ledger;
    private final Terms terms;
    private final WorkDone work;
    private final Clock clock;
    private final Consumer<String> points;

    public EpochClosing(JdbcLedger ledger, Terms terms, WorkDone work, Clock clock) {
        this(ledger, terms, work, clock, _ -> {});
    }

    /** @param points are told how far a closing has come; a test may throw there */
    EpochClosing(JdbcLedger ledger, Terms terms, WorkDone work, Clock clock, Consumer<String> points) {
        this.ledger = ledger;
        this.terms = terms;
        this.work = work;
        this.clock = clock;
        this.points = points;
    }

    /**
     * Empty, with nothing changed, when there is nothing for anybody or the last epoch is not final yet.
     *
     * @param settled the last block whose events are known to be complete; when the books are at another by now, nothing is changed either
     */
    public synchronized Optional<EpochData> close(long settled) {
        var closed = new AtomicReference<@Nullable EpochData>();
        var outcome = ledger.inTransaction(transaction -> {
            closed.set(null);
            long block = lastBlock(transaction);
            if (block != settled) return Outcome.REPLAYED;
            var last = EpochStore.last(transaction);
            if (last.isPresent() && last.get().state() != PayoutEpoch.State.FINAL) return Outcome.REPLAYED;
            var start = last.map(Start::after).orElse(Start.FIRST);
            var income = income(transaction, start.incomeEntries());
            var data = EpochData.of(inputs(transaction, start, block, income.spent()));
            points.accept("computed");
            if (!data.computed().matters()) return Outcome.REPLAYED;
            book(transaction, data);
            byte[] bytes = data.bytes();
            EpochStore.add(transaction, data, bytes, uri(data, bytes), income.newest());
            points.accept("written");
            closed.set(data);
            return Outcome.POSTED;
        });
        points.accept("committed");
        return outcome == Outcome.POSTED ? Optional.ofNullable(closed.get()) : Optional.empty();
    }

    private String uri(EpochData data, byte[] bytes) {
        return terms.site() + "/epochs/" + data.given().epoch() + ".json#sha256=" + EpochData.hash(bytes);
    }

    private EpochInputs inputs(Handle transaction, Start start, long block, List<Spending> spent) {
        var weights = work.weights(transaction);
        var addresses = new TreeMap<>(work.addresses(transaction));
        addresses
                .keySet()
                .removeIf(key -> !weights.trained().containsKey(key)
                        && !weights.serving().containsKey(key)
                        && !start.unassigned().containsKey(key)); // nobody else's is published
        return new EpochInputs(
                start.epoch(),
                clock.millis(),
                terms.chain(),
                terms.contract(),
                start.read().then(block, lost(transaction)),
                weights.served(),
                terms.royaltyPercent(),
                start.carried(),
                spent,
                weights.trained(),
                weights.serving(),
                start.unassigned(),
                addresses,
                start.leaves(),
                start.previous());
    }

    /** The last that is booked. Its lock comes first: until the end neither the watcher nor another closer goes on. */
    private static long lastBlock(Handle transaction) {
        return transaction
                .createQuery("select next_block from pool_watch for update")
                .mapTo(Long.class)
                .findOne()
                .map(next -> Math.max(0, next - 1))
                .orElse(0L);
    }

    private static BigInteger lost(Handle transaction) {
        return JdbcLedger.held(transaction, Account.lost()).negate().max(BigInteger.ZERO);
    }

    /** Entries have their numbers in the order of their commits, so that none below the newest one can still come. */
    private static Income income(Handle transaction, long after) {
        long newest = transaction
                .createQuery("select coalesce(max(number), :after) from ledger_entry where account = :income")
                .bind("after", after)
                .bind("income", Account.income().id())
                .mapTo(Long.class)
                .one();
        var spent = transaction
                .createQuery("""
                        select e.posting, e.amount, (select min(a.customer) from ledger_entry f
                            join ledger_account a on a.id = f.account where f.posting = e.posting and a.customer is not null)
                        from ledger_entry e join posting p on p.id = e.posting
                        where e.account = :income and e.number > :after and e.number <= :newest and p.kind <> 'SHARE'
                        order by e.number""")
                .bind("income", Account.income().id())
                .bind("after", after)
                .bind("newest", newest)
                .map((row, _) -> new Spending(
                        row.getString(1),
                        row.getString(3) == null ? "" : row.getString(3),
                        row.getBigDecimal(2).toBigIntegerExact()))
                .list();
        return new Income(newest, spent);
    }

    private void book(Handle transaction, EpochData data) {
        long epoch = data.given().epoch();
        var shares = data.computed().shares();
        if (!shares.isEmpty()) post(transaction, share(epoch, Sums.of(shares.values()), shares));
        points.accept("shared");
        data.computed()
                .assigned()
                .forEach((key, wei) -> post(transaction, assign(epoch, key, address(data, key), wei)));
        points.accept("assigned");
    }

    private void post(Handle transaction, Posting posting) {
        if (ledger.post(transaction, posting) != Outcome.POSTED)
            throw new IllegalStateException("posted before, without its epoch: " + posting.id());
    }

    private static String address(EpochData data, String key) {
        String address = data.given().addresses().get(key);
        if (address == null) throw new IllegalStateException("assigned without an address: " + key);
        return address;
    }

    private static Posting share(long epoch, BigInteger wei, SortedMap<String, BigInteger> shares) {
        var entries = new ArrayList<Entry>();
        entries.add(new Entry(Account.income(), wei.negate()));
        shares.forEach((key, part) -> entries.add(new Entry(Account.provider(key), part)));
        return new Posting(
                "share/" + epoch,
                Posting.Kind.SHARE,
                null,
                "Epoch " + epoch + " shares out " + wei + " wei among " + shares.size() + " keys.",
                entries);
    }

    private static Posting assign(long epoch, String key, String address, BigInteger wei) {
        return new Posting(
                "assign/" + epoch + "/" + key,
                Posting.Kind.ASSIGN,
                null,
                wei + " wei of a key of credit go to its address.",
                List.of(new Entry(Account.provider(key), wei.negate()), new Entry(Account.payable(address), wei)));
    }
}
