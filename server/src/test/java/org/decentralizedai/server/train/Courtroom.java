package org.decentralizedai.server.train;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Opening;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;

/** Rulings on real ledgers: an open round of tasks, accounts that say this or that, and an auditor that never answers. */
final class Courtroom implements AutoCloseable {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 1e4, 1e-5, true);
    private static final int PARAMETERS = ParameterLayout.of(MODEL).parameterCount();
    static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final Recipe RECIPE = new Recipe(
            STEPS,
            RateSchedule.CONSTANT,
            4,
            4,
            1,
            0,
            UpdateEncoding.INT8,
            1,
            0,
            true,
            UpdateEncoding.INT8,
            null,
            30,
            90);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));
    private static final WindowSchedule SCHEDULE =
            new WindowSchedule(List.of(new CorpusShard(HASH, 4000)), 16, STEPS.windows(), 1);

    final MutableClock clock = new MutableClock();
    private final Database database = Database.open(
            "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    private final WorkerLedger workers = new WorkerLedger(database, clock);
    private final FileGradientLog log;
    private final TaskDesk desk;
    private final OpenAudits open = new OpenAudits();
    final TaskLedger tasks = new JdbcTaskLedger(database, clock);
    final AuditLedger audits = new AuditLedger(database, clock);
    final Reputation reputation = new Reputation(audits, workers);
    final List<Long> computes = new ArrayList<>(); // tasks that the auditor was asked for
    final Rulings rulings;

    /** @param auditor whether there is one */
    Courtroom(Path folder, boolean auditor) {
        log = new FileGradientLog(folder);
        new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
        var rounds = new RoundLedger(database, clock);
        var metrics = new TrainMetrics(new SimpleMeterRegistry());
        desk = new TaskDesk(tasks, rounds, new Speeds(workers, MODEL), metrics, clock, Duration.ofSeconds(10));
        var files = new RoundFiles(HASH, HASH, 1, null, null, null, null);
        var round = new Round(0, files, 0, 0, null, null, null, clock.millis(), false);
        var checks = new Checks(RECIPE, PARAMETERS, MODEL.vocabulary(), 1);
        desk.nextRound(() -> {
            rounds.advance(new Opening(round, RECIPE.json(), STEPS.windows(), 4));
            var checkpoint = new Checkpoint(HASH, HASH, List.of(HASH), 1);
            return List.of(new RoundPlan(round, MODEL, checkpoint, List.of(), SCHEDULE, checks));
        });
        var fakes = new Fakes(audits, tasks, new EventLedger(database, clock), log, desk);
        var verification = new Verification(null, Replication.ALWAYS, Lot.of(1));
        rulings = new Rulings(audits, tasks, reputation, log, desk, open, fakes, metrics, verification);
        rulings.by(auditor ? new AuditQueue(new Silent(computes), clock, Runnable::run, rulings) : null, null);
    }

    private record Silent(List<Long> asked) implements Auditor {
        @Override
        public CompletableFuture<LocalResult> compute(GradientTask task) {
            asked.add(task.lease().taskId());
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    }

    /** A task for this account. */
    Lease give(String account) {
        var whole = Fit.whole(STEPS).in(SCHEDULE);
        return tasks.lease(0, account, RECIPE.lease(), RECIPE.maxLease(), whole).orElseThrow();
    }

    /** The same task for another account. */
    Lease giveToo(Lease original, String account) {
        return tasks.replicate(original, account, RECIPE.lease(), RECIPE.maxLease())
                .orElseThrow();
    }

    /** The account sends an update. @param value of all parameters */
    Audit send(Lease lease, String account, float value) {
        long position = log(lease, account, value);
        var work = tasks.find(lease.taskId()).orElseThrow().work();
        tasks.complete(lease, account, position, work, STEPS.tokens(), 0);
        var audit = reputation.audit(lease, 0, account, position);
        audits.draw(audit);
        open.add(
                audit,
                tasks.find(lease.taskId())
                        .filter(row -> row.replicaOf() != null)
                        .isPresent());
        return audit;
    }

    /** @return where it lies in the log */
    long log(Lease lease, String account, float value) {
        float[] update = new float[PARAMETERS];
        Arrays.fill(update, value);
        var encoded = new Bytes(UpdateCodec.encode(UpdateEncoding.INT8, update));
        return log.append(
                new LoggedUpdate(0, lease, account, STEPS.tokens(), 5, 4, UpdateEncoding.INT8, Slice.WHOLE, encoded));
    }

    RoundPlan plan() {
        return desk.plan();
    }

    Claims claims(Lease lease) {
        return Claims.of(tasks.find(lease.taskId()).orElseThrow(), tasks, audits, log, desk.plan());
    }

    /** Whether nobody has decided on it yet. */
    boolean isOpen(Audit audit) {
        return open.find(audit.lease().taskId()).isPresent();
    }

    @Override
    public void close() {
        log.close();
        database.close();
    }
}
