package org.decentralizedai.server.state;

import java.time.Clock;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.decentralizedai.wire.VerdictCode;
import org.jdbi.v3.core.Jdbi;

/** Who has worked here, what became of it, and who is banned. Workers are known by the hash of their key. */
public final class WorkerLedger {
    private final Jdbi jdbi;
    private final Clock clock;

    public WorkerLedger(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public void seen(String worker, String adapter, boolean software, double gigaflops) {
        long now = clock.millis();
        jdbi.useTransaction(handle -> {
            int known = handle.createUpdate("""
                            update worker set adapter = :adapter, software = :software, gigaflops = :gigaflops, last_seen = :now
                            where id = :id""")
                    .bind("adapter", adapter)
                    .bind("software", software)
                    .bind("gigaflops", gigaflops)
                    .bind("now", now)
                    .bind("id", worker)
                    .execute();
            if (known == 1) return;
            handle.createUpdate("""
                            insert into worker (id, adapter, software, gigaflops, banned, accepted, refused, first_seen, last_seen)
                            values (:id, :adapter, :software, :gigaflops, false, 0, 0, :now, :now)""")
                    .bind("id", worker)
                    .bind("adapter", adapter)
                    .bind("software", software)
                    .bind("gigaflops", gigaflops)
                    .bind("now", now)
                    .execute();
        });
    }

    /** Tokens a second that its tasks had, those of earlier visits too; empty until one was accepted. */
    public OptionalDouble speed(String worker) {
        return jdbi.withHandle(handle -> handle
                .createQuery("select tokens_per_second from worker where id = :id and tokens_per_second > 0")
                .bind("id", worker)
                .mapTo(Double.class)
                .stream()
                .mapToDouble(Double::doubleValue)
                .findFirst());
    }

    public void speed(String worker, double tokensPerSecond) {
        jdbi.useHandle(handle ->
                handle.execute("update worker set tokens_per_second = ? where id = ?", tokensPerSecond, worker));
    }

    /** What decides how its sums are rounded, as far as it is known: its adapter. */
    public String numericClass(String worker) {
        return jdbi.withHandle(handle -> handle.createQuery("select adapter from worker where id = :id")
                .bind("id", worker)
                .mapTo(String.class)
                .findOne()
                .orElse("unknown"));
    }

    public boolean banned(String worker) {
        return jdbi.withHandle(handle -> handle.createQuery("select banned from worker where id = :id")
                .bind("id", worker)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false));
    }

    /** False when no such worker was ever here. */
    public boolean ban(String worker, boolean banned) {
        return jdbi.withHandle(
                handle -> handle.execute("update worker set banned = ? where id = ?", banned, worker) == 1);
    }

    public void refused(String worker, VerdictCode reason) {
        jdbi.useTransaction(handle -> {
            handle.execute("update worker set refused = refused + 1 where id = ?", worker);
            int known = handle.execute("update refusal set refused = refused + 1 where reason = ?", reason.name());
            if (known == 0)
                handle.execute(
                        "insert into refusal (reason, refused) values (?, 1) on conflict do nothing", reason.name());
        });
    }

    /** Accepted updates, since the run began; {@link TaskLedger#complete} counts them. */
    public long accepted() {
        return jdbi.withHandle(handle -> handle.createQuery("select coalesce(sum(accepted), 0) from worker")
                .mapTo(Long.class)
                .one());
    }

    /** Refused updates by reason, since the run began. */
    public Map<String, Long> refusals() {
        return jdbi.withHandle(handle -> handle.createQuery("select reason, refused from refusal")
                .reduceRows(new TreeMap<String, Long>(), (counts, row) -> {
                    counts.put(row.getColumn("reason", String.class), row.getColumn("refused", Long.class));
                    return counts;
                }));
    }
}
