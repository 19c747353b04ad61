package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.UNAVAILABLE;
import static org.decentralizedai.wire.VerdictCode.UNKNOWN_LEASE;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.JdbcTaskLedger;
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
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The intake on real ledgers, with an auditor that never answers. */
final class UpdateIntakeTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 1e4, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
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
            300,
            900);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));
    private static final WindowSchedule SCHEDULE =
            new WindowSchedule(List.of(new CorpusShard(HASH, 4000)), 16, STEPS.windows(), 1);
    private static final byte[] UPDATE = update(1e-3f);
    private static final int PART = 1000; // bytes of it
    private static final String A = "worker-a", B = "worker-b";

    @TempDir
    Path folder;

    private final MutableClock clock = new MutableClock();
    private final Database database = Database.open(
            "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    private final WorkerLedger workers = new WorkerLedger(database, clock);
    private final AuditLedger drawn = new AuditLedger(database, clock);
    private final TrainMetrics metrics = new TrainMetrics(new SimpleMeterRegistry());
    private final AtomicBoolean answerIsLost = new AtomicBoolean();
    private final TaskLedger tasks = stumbling(new JdbcTaskLedger(database, clock));
    private final Queue<Runnable> turns = new ArrayDeque<>(); // of the trainer's thread
    private FileGradientLog log;
    private TaskDesk desk;
    private Audits audits;
    private UpdateIntake intake;

    /** Whose next completion is committed, but its caller hears of a failure. */
    private TaskLedger stumbling(TaskLedger ledger) {
        return (TaskLedger) Proxy.newProxyInstance(
                TaskLedger.class.getClassLoader(), new Class<?>[] {TaskLedger.class}, (_, method, arguments) -> {
                    var result = method.invoke(ledger, arguments);
                    if (method.getName().equals("complete") && answerIsLost.getAndSet(false))
                        throw new IllegalStateException("the connection is gone, the commit is not");
                    return result;
                });
    }

    @BeforeEach
    void open() {
        log = new FileGradientLog(folder);
        new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
        var rounds = new RoundLedger(database, clock);
        desk = new TaskDesk(tasks, rounds, new Speeds(workers, MODEL), metrics, clock, Duration.ofSeconds(10));
        var files = new RoundFiles(HASH, HASH, 1, null, null, null, null);
        var round = new Round(0, files, 0, 0, null, null, null, clock.millis(), false);
        int parameters = ParameterLayout.of(MODEL).parameterCount();
        desk.nextRound(() -> {
            rounds.advance(new Opening(round, RECIPE.json(), STEPS.windows(), 4));
            var checkpoint = new Checkpoint(HASH, HASH, List.of(HASH), 1);
            var checks = new Checks(RECIPE, parameters, MODEL.vocabulary(), 1);
            return List.of(new RoundPlan(round, MODEL, checkpoint, List.of(), SCHEDULE, checks));
        });
        audits = new Audits(
                drawn,
                tasks,
                workers,
                new EventLedger(database, clock),
                log,
                desk,
                metrics,
                clock,
                new Verification(new Silent(), Replication.NEVER, Lot.of(1)),
                (_, _, _) -> 1,
                turns::add);
        intake = intake(1 << 20);
        for (String worker : List.of(A, B)) workers.seen(worker, "test", true, 1);
    }

    /** As after a start: nothing waits in it. */
    private UpdateIntake intake(long maxWaitingBytes) {
        return new UpdateIntake(tasks, log, workers, desk, audits, metrics, clock, maxWaitingBytes);
    }

    @AfterEach
    void close() {
        audits.close();
        log.close();
        database.close();
    }

    private record Silent() implements Auditor {
        @Override
        public CompletableFuture<LocalResult> compute(GradientTask task) {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    }

    private record Stranger(String id, List<Lease> given) implements Worker {
        Stranger(String id) {
            this(id, new ArrayList<>());
        }

        @Override
        public ClientMessage.Hello hello() {
            return new ClientMessage.Hello("0".repeat(32), "test", true, 1, Long.MAX_VALUE);
        }

        @Override
        public void send(ServerMessage message) {
            if (message instanceof GradientTask task) given.add(task.lease());
        }

        @Override
        public void close(int code, String reason) {}
    }

    private static byte[] update(float value) {
        float[] update = new float[ParameterLayout.of(MODEL).parameterCount()];
        Arrays.fill(update, value);
        return UpdateCodec.encode(UpdateEncoding.INT8, update);
    }

    private Lease lease(String worker) {
        var whole = Fit.whole(STEPS).in(SCHEDULE);
        return tasks.lease(0, worker, RECIPE.lease(), RECIPE.maxLease(), whole).orElseThrow();
    }

    /** Of a worker that has asked for it, so that its time is known. */
    private Lease asked(String worker) {
        var stranger = new Stranger(worker);
        workers.seen(worker, "test", false, 1);
        desk.request(stranger);
        return stranger.given().getFirst();
    }

    private static UpdateBegin begin(Lease lease, byte[] update) {
        return new UpdateBegin(lease, update.length, Digests.of(update), STEPS.steps(), STEPS.tokens(), 5.5, 5.4, 1000);
    }

    private int offset(String worker, Lease lease) {
        return ((UploadFrom) intake.begin(worker, begin(lease, UPDATE))).offset();
    }

    private Verdict refusal(String worker, UpdateBegin begin) {
        return (Verdict) intake.begin(worker, begin);
    }

    private static UpdateChunk chunk(Lease lease, int from, int to) {
        return new UpdateChunk(lease, from, new Bytes(Arrays.copyOfRange(UPDATE, from, to)));
    }

    private Optional<Verdict> chunk(String worker, Lease lease, int from, int to) {
        return intake.chunk(worker, chunk(lease, from, to));
    }

    private Verdict rest(String worker, Lease lease, int from) {
        return chunk(worker, lease, from, UPDATE.length).orElseThrow();
    }

    private Verdict deliver(String worker, Lease lease) {
        return rest(worker, lease, offset(worker, lease));
    }

    /** Two workers; leases are numbers that anybody can guess. */
    @Test
    void upload_anothersMessagesWithItsLease_touchNothingOfIt() {
        var lease = lease(A);
        assertThat(offset(A, lease)).isZero();
        assertThat(chunk(A, lease, 0, PART)).isEmpty();

        assertThat(chunk(B, lease, 5, PART).orElseThrow().code()).isEqualTo(UNKNOWN_LEASE); // would drop it
        intake.chunk(B, new UpdateChunk(lease, PART, new Bytes(new byte[PART]))); // would corrupt it
        assertThat(refusal(B, begin(lease, update(2e-3f))).code()).isEqualTo(UNKNOWN_LEASE);
        desk.abandon(new Stranger(B), lease);
        chunk(B, lease, PART, UPDATE.length); // would complete it

        assertThat(offset(A, lease)).isEqualTo(PART);
        assertThat(rest(A, lease, PART).code()).isEqualTo(ACCEPTED);
        assertThat(workers.accepted()).isEqualTo(1);
    }

    @Test
    void upload_commitsAnswerLost_retryIsAcceptedDrawnAndMeasured() {
        var lease = asked(A);
        answerIsLost.set(true);
        assertThat(deliver(A, lease).code()).isEqualTo(UNAVAILABLE);

        assertAccepted(refusal(A, begin(lease, UPDATE)), lease);
        assertThat(workers.speed(A)).isPresent();
        assertThat(workers.refusals()).isEmpty();
    }

    private void assertAccepted(Verdict verdict, Lease lease) {
        assertThat(verdict.code()).isEqualTo(ACCEPTED);
        assertThat(verdict.acceptedTokens()).isEqualTo(STEPS.tokens());
        assertThat(drawn.drawn(lease.taskId())).isTrue();
        assertThat(drawn.waits(lease.taskId())).as("its audit is open").isTrue();
        assertThat(workers.accepted()).isEqualTo(1);
    }

    @Test
    void upload_commitsAnswerLostAndItsWorkerGone_isDrawnAllTheSame() {
        var lease = asked(A);
        answerIsLost.set(true);
        assertThat(deliver(A, lease).code()).isEqualTo(UNAVAILABLE);
        workers.ban(A, true);
        intake.purge();
        assertThat(drawn.drawn(lease.taskId())).isTrue();
        assertThat(workers.speed(A)).isPresent();
    }

    /** The server crashed after the commit: there is no upload of it any more. */
    @Test
    void update_doneButNeverDrawn_sentAgainAfterARestart_isAcceptedAndDrawn() {
        var lease = lease(A);
        answerIsLost.set(true);
        deliver(A, lease);
        intake = intake(1 << 20);
        assertAccepted(refusal(A, begin(lease, UPDATE)), lease);
    }

    @Test
    void replica_commitsAnswerLost_retryOpensItsAudit() {
        var original = lease(B);
        var replica =
                tasks.replicate(original, A, RECIPE.lease(), RECIPE.maxLease()).orElseThrow();
        answerIsLost.set(true);
        assertThat(deliver(A, replica).code()).isEqualTo(UNAVAILABLE);
        assertThat(refusal(A, begin(replica, UPDATE)).code()).isEqualTo(ACCEPTED);
        assertThat(drawn.waiting()).extracting(AuditLedger.Audit::lease).containsExactly(replica);
    }

    @Test
    void update_sentAgain_isAcceptedWhenItIsTheSame_elseADuplicate() {
        var lease = asked(A);
        assertThat(deliver(A, lease).code()).isEqualTo(ACCEPTED);
        double speed = workers.speed(A).orElseThrow();

        assertAccepted(refusal(A, begin(lease, UPDATE)), lease);
        assertThat(workers.refusals()).isEmpty();
        assertThat(workers.speed(A)).as("measured once").hasValue(speed);
        assertThat(refusal(A, begin(lease, update(2e-3f))).code()).isEqualTo(DUPLICATE);
        assertThat(refusal(B, begin(lease, UPDATE)).code()).isEqualTo(UNKNOWN_LEASE);
        assertThat(drawn.counts().drawn()).isEqualTo(1);
    }

    @Test
    void banned_itsDoneUpdateSentAgain_isRefused() {
        var lease = lease(A);
        deliver(A, lease);
        workers.ban(A, true);
        assertThat(refusal(A, begin(lease, UPDATE)).acceptedTokens()).isZero();
    }

    @Test
    void chunks_ofNoUpload_areRefusedAndCountedOncePerLease() {
        var lease = lease(A);
        offset(A, lease);
        chunk(A, lease, 0, PART);
        desk.abandon(new Stranger(A), lease); // and what is still under way comes
        intake.purge();
        assertThat(chunk(A, lease, PART, 2 * PART)).isPresent();
        for (int i = 0; i < 50; i++) assertThat(chunk(A, lease, PART, 2 * PART)).isEmpty();
        assertThat(workers.refusals().values()).containsExactly(1L);

        var unknown = new Lease(777, 1);
        for (int i = 0; i < 50; i++) chunk(B, unknown, 0, 1);
        for (int i = 0; i < 2; i++)
            assertThat(refusal(B, begin(unknown, UPDATE)).code()).isEqualTo(UNKNOWN_LEASE);
        assertThat(workers.refusals()).containsEntry("UNKNOWN_LEASE", 1L);
    }

    @Test
    void upload_withoutAChunkForAMinute_givesItsRoomToOthers() {
        intake = intake(UPDATE.length);
        var idle = lease(A);
        assertThat(offset(A, idle)).isZero();
        var waiting = lease(B);
        assertThat(refusal(B, begin(waiting, UPDATE)).code()).isEqualTo(UNAVAILABLE);
        clock.advance(Duration.ofSeconds(61));
        intake.purge();
        assertThat(offset(B, waiting)).isZero();

        assertThat(rest(A, idle, 0).code()).as("its lease lives").isEqualTo(UNAVAILABLE);
        assertThat(rest(B, waiting, 0).code()).isEqualTo(ACCEPTED);
        assertThat(deliver(A, idle).code()).isEqualTo(ACCEPTED);
        assertThat(workers.refusals()).isEmpty();
    }

    @Test
    void notAlone_nothingIsTaken_andAllOfItLater() {
        var first = lease(A);
        var second = lease(B);
        assertThat(offset(A, first)).isZero();
        desk.alone(() -> false);
        assertThat(rest(A, first, 0).code()).isEqualTo(UNAVAILABLE);
        assertThat(refusal(B, begin(second, UPDATE)).code()).isEqualTo(UNAVAILABLE);
        assertThat(tasks.find(first.taskId()).orElseThrow().state()).isEqualTo(TaskLedger.State.LEASED);
        desk.alone(() -> true);
        assertThat(refusal(A, begin(first, UPDATE)).code()).as("it waited").isEqualTo(ACCEPTED);
        assertThat(deliver(B, second).code()).isEqualTo(ACCEPTED);
    }
}
