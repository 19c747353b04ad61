package org.decentralizedai.server.train;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.credit.CreditRule;
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
import org.jspecify.annotations.Nullable;

/** Rulings on real ledgers: an open round of tasks, accounts that say this or that, and an auditor that answers when it is told to. */
final class Courtroom implements AutoCloseable {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 1e4, 1e-5, true);
    private static final int PARAMETERS = ParameterLayout.of(MODEL).parameterCount();
    static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    static final int TASK_SECONDS = 40;
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
                    90)
            .withTaskSeconds(TASK_SECONDS);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));
    private static final WindowSchedule SCHEDULE =
            new WindowSchedule(List.of(new CorpusShard(HASH, 4000)), 16, STEPS.windows(), 1);

    final MutableClock clock = new MutableClock();
    private final Database database = Database.open(
            "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    private final WorkerLedger workers = new WorkerLedger(database, clock);
    private final FileGradientLog log;
    private final TaskDesk desk;
    private final RoundLedger ledger;
    private final AuditedRounds rounds;
    private final Deque<CompletableFuture<LocalResult>> answers = new ArrayDeque<>();
    private final OpenAudits open = new OpenAudits();
    final CreditLedger credits = new CreditLedger(database, clock, CreditRule.of(MODEL), CreditLedger.HELD_TASKS, true);
    final TaskLedger tasks = new JdbcTaskLedger(database, clock, credits);
    final AuditLedger audits = new AuditLedger(database, clock);
    final Reputation reputation = new Reputation(audits, workers, (_, _, trusted) -> trusted);
    final List<Long> computes = new ArrayList<>(); // tasks that the auditor was asked for
    final Rulings rulings;
    final Verdicts verdicts;
    final Lateness lateness;
    final @Nullable AuditQueue server;

    /** @param auditor whether there is one */
    Courtroom(Path folder, boolean auditor) {
        log = new FileGradientLog(folder);
        new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
        ledger = new RoundLedger(database, clock);
        var metrics = new TrainMetrics(new SimpleMeterRegistry());
        desk = new TaskDesk(tasks, ledger, new Speeds(workers, MODEL), metrics, clock, Duration.ofSeconds(10));
        begin(0);
        var fakes = new Fakes(audits, tasks, new EventLedger(database, clock), log, desk);
        fakes.onCaught(credits::forfeit);
        var verification = new Verification(null, Replication.ALWAYS, Lot.of(1));
        verdicts = new Verdicts(audits, open, fakes, metrics);
        rounds = new AuditedRounds(desk.open());
        lateness = new Lateness(open, rounds, verdicts);
        rulings = new Rulings(audits, tasks, reputation, log, rounds, open, verdicts, lateness, verification);
        server = auditor ? new AuditQueue(new Slow(computes, answers), clock, Runnable::run, rulings) : null;
        rulings.by(server, null);
    }

    /** Answers when it is told to. */
    private record Slow(List<Long> asked, Deque<CompletableFuture<LocalResult>> answers) implements Auditor {
        @Override
        public CompletableFuture<LocalResult> compute(GradientTask task) {
            asked.add(task.lease().taskId());
            answers.add(new CompletableFuture<>());
            return answers.getLast();
        }

        @Override
        public void close() {}
    }

    private void begin(int number) {
        var files = new RoundFiles(HASH, HASH, 1, null, null, null, null);
        var round = new Round(number, files, 0, 0, null, null, null, clock.millis(), false);
        var checks = new Checks(RECIPE, PARAMETERS, MODEL.vocabulary(), 1);
        int oldest = OpenRounds.oldest(number);
        desk.nextRound(() -> {
            ledger.advance(new Opening(round, RECIPE.json(), STEPS.windows(), 4, oldest, null, Opening.Also.NOTHING));
            var checkpoint = new Checkpoint(HASH, HASH, List.of(HASH), 1);
            var plans = new ArrayList<RoundPlan>();
            if (number > 0) plans.addAll(desk.open().since(oldest));
            plans.add(new RoundPlan(round, MODEL, checkpoint, List.of(), SCHEDULE, checks));
            return plans;
        });
    }

    /** So many rounds go by. */
    void rounds(int count) {
        for (int i = 0; i < count; i++) {
            begin(desk.plan().round().number() + 1);
            lateness.giveUp();
        }
    }

    /** Whether there is something that it has not answered. */
    boolean auditorWorks() {
        return !answers.isEmpty();
    }

    /** What the auditor computes comes to this. @param value of all parameters */
    void auditorSays(float value) {
        float[] update = new float[PARAMETERS];
        Arrays.fill(update, value);
        answers.remove().complete(new LocalResult(update, 5, 4));
    }

    /** A task for this account. */
    Lease give(String account) {
        var whole = Fit.whole(STEPS).in(SCHEDULE);
        return tasks.lease(desk.plan().round().number(), account, RECIPE.lease(), RECIPE.maxLease(), whole)
                .orElseThrow();
    }

    /** The same task for another account. */
    Lease replica(Lease original, String account) {
        return tasks.replicate(original, account, RECIPE.lease(), RECIPE.maxLease())
                .orElseThrow();
    }

    /** The account sends an update. @param value of all parameters */
    Audit send(Lease lease, String account, float value) {
        return send(lease, account, value, STEPS.steps());
    }

    /** Of so many steps alone. */
    Audit send(Lease lease, String account, float value, int steps) {
        long position = log(lease, account, value);
        int round = desk.plan().round().number();
        var work = tasks.find(lease.taskId()).orElseThrow().work().done(steps);
        tasks.complete(lease, account, position, work, STEPS.tokens(), round);
        var audit = reputation.audit(lease, round, account, position);
        audits.draw(audit);
        open.add(audit, tasks.find(lease.taskId()).orElseThrow());
        rounds.await(desk.plan());
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
