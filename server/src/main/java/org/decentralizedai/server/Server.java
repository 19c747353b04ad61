package org.decentralizedai.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.server.account.AccountParts;
import org.decentralizedai.server.account.SiteOrigin;
import org.decentralizedai.server.chat.ChatRoutes;
import org.decentralizedai.server.chat.ServedCheckpoint;
import org.decentralizedai.server.console.ConsoleKeyRoutes;
import org.decentralizedai.server.console.ConsoleRoutes;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.http.AccountRoutes;
import org.decentralizedai.server.http.AdminRoutes;
import org.decentralizedai.server.http.BillingAdminRoutes;
import org.decentralizedai.server.http.CheckpointRoutes;
import org.decentralizedai.server.http.CreditRoutes;
import org.decentralizedai.server.http.HealthRoutes;
import org.decentralizedai.server.http.PriceRoutes;
import org.decentralizedai.server.http.RoundRoutes;
import org.decentralizedai.server.http.RunRoutes;
import org.decentralizedai.server.http.Tls;
import org.decentralizedai.server.http.WebServer;
import org.decentralizedai.server.socket.WorkerEndpoint;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.SoleUse;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.RunRequest;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.server.train.TrainMetrics;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.decentralizedai.wire.Sha256;

/** A whole server in this process: the one place where the parts are wired. Closing it loses nothing. */
public final class Server implements AutoCloseable {
    private static final Duration PREDECESSOR =
            Duration.ofSeconds(10); // a server that is just ending keeps its database

    /** Addresses that localhost reaches, under which browsers make passkeys. */
    private static final Set<String> LISTENS_HERE = Set.of("0.0.0.0", "127.0.0.1");

    private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // closed in reverse
    private final Training training;
    private final WebServer web;
    private final Billing billing;
    private final AccountParts accounts;
    private final String url;

    public Server(Settings settings) {
        this(settings, () -> {});
    }

    /**
     * Starts; returns when {@code /health/ready} is true. On failure everything that was opened is closed again.
     *
     * @param lost is called once when another server has taken the database: this one must end, and write nothing more
     */
    public Server(Settings settings, Runnable lost) {
        try {
            var clock = Clock.systemUTC();
            var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            measureProcess(meters);
            var data = opened(DataFolder.lock(settings.data()));
            var sole = opened(SoleUse.of(settings.database() == null ? "" : settings.database(), PREDECESSOR, lost));
            var database = opened(database(settings, data));
            GradientLog log = opened(new FileGradientLog(data.updates()));
            BlobStore blobs = new FolderBlobStore(data.store());
            var tokenizer = new ByteTokenizer();
            training = opened(new Training(
                    new RunRequest(
                            settings.data(),
                            settings.model(),
                            new CorpusRequest(
                                    settings.corpus(),
                                    settings.corpusHash() == null ? null : new Sha256(settings.corpusHash()),
                                    settings.heldOutShare(),
                                    settings.heldOutTail()),
                            settings.recipe(),
                            null),
                    trainingLimits(settings),
                    database,
                    log,
                    blobs,
                    tokenizer,
                    new TrainMetrics(meters),
                    clock));
            training.desk().alone(sole::alone);
            var backup = new Backup(data, database, training.trainer(), clock);
            billing = opened(new Billing(database.jdbi(), clock, database::sync, sole::alone, settings.ether()));
            accounts = new AccountParts(
                    database,
                    billing,
                    new SiteOrigin(settings.publicUrl(), settings.tlsKey() != null, this::port),
                    settings.signIn(),
                    clock);
            var money = opened(new MoneyParts(
                    settings, database, billing, training, accounts.signedIn(), meters, clock, sole::alone));
            var chat = new ChatRoutes(served(training, blobs), tokenizer, settings.chat(), billing, settings.billing());
            var workers = new WorkerEndpoint(training, socketLimits(settings), settings.publicUrl(), meters);
            Gauge.builder("chat.requests.open", chat, ChatRoutes::occupied).register(meters);
            var routes = new ArrayList<Routes>(List.of(
                    chat,
                    workers,
                    new RunRoutes(training.status()),
                    new CreditRoutes(database, training.credits(), clock),
                    new RoundRoutes(training.records()),
                    new CheckpointRoutes(training.rounds(), blobs, training.model(), tokenizer),
                    new HealthRoutes(() -> sole.problem().or(() -> unready(database)), money::problem, meters),
                    new AdminRoutes(training, data.adminToken(), backup::take),
                    new BillingAdminRoutes(billing, training.events()),
                    new AccountRoutes(billing),
                    new PriceRoutes(settings.billing(), training.run().modelName()),
                    new ConsoleKeyRoutes(billing, clock, accounts.signedIn()::account),
                    new ConsoleRoutes(
                            billing,
                            database.jdbi(),
                            settings.billing().account(),
                            clock,
                            accounts.signedIn()::account)));
            routes.addAll(accounts.routes());
            routes.addAll(money.routes());
            web = opened(new WebServer(binding(settings, data), routes, meters));
            opened(chat); // ends running answers before the web server waits for them
            opened(workers);
            money.start();
            url = (settings.tlsKey() == null ? "http" : "https") + "://"
                    + (LISTENS_HERE.contains(settings.host()) ? "localhost" : settings.host()) + ":" + web.port();
            data.writeAddress(url);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private static Database database(Settings settings, DataFolder data) {
        if (settings.database() != null) return Database.open(settings.database());
        try {
            Files.createDirectories(data.database());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the data folder " + data.path(), e);
        }
        return Database.embedded(data.database());
    }

    private static Training.Limits trainingLimits(Settings settings) {
        var limits = settings.limits();
        return new Training.Limits(
                Duration.ofSeconds(limits.graceSeconds()),
                (long) limits.uploadMebibytes() << 20,
                settings.promoteEvery(),
                settings.retention(),
                limits.heldTasks(),
                settings.auditors(),
                settings.replicas());
    }

    private static WorkerEndpoint.Limits socketLimits(Settings settings) {
        var limits = settings.limits();
        return new WorkerEndpoint.Limits(
                limits.sockets(),
                limits.socketsPerAddress(),
                limits.messagesPerSecond(),
                Duration.ofSeconds(limits.heartbeatSeconds()));
    }

    /** What the chat answers from: the promoted checkpoint under the name of the run's model. */
    private static Supplier<Optional<ServedCheckpoint>> served(Training training, BlobStore blobs) {
        var checkpoints = new CheckpointStore(blobs);
        return () -> training.promotions()
                .current()
                .map(promoted -> new ServedCheckpoint(
                        training.run().modelName(),
                        promoted.checkpoint().hash(),
                        promoted.round(),
                        Instant.ofEpochMilli(promoted.decidedAtMillis()),
                        promoted.model(),
                        () -> checkpoints.weights(promoted.checkpoint(), promoted.model())));
    }

    private static WebServer.Binding binding(Settings settings, DataFolder data) {
        var certificate = settings.tlsCertificate();
        var key = settings.tlsKey();
        var tls = certificate == null || key == null ? null : new Tls(certificate, key);
        return new WebServer.Binding(
                settings.host(),
                settings.port(),
                tls,
                settings.trustedProxies(),
                data.store().resolve("blobs"));
    }

    private Optional<String> unready(Database database) {
        database.probe();
        var failure = training.trainer().failure();
        if (failure != null) return Optional.of(failure);
        return training.desk().mode() == TaskDesk.Mode.DRAINING ? Optional.of("draining") : Optional.empty();
    }

    private static void measureProcess(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
    }

    public int port() {
        return web.port();
    }

    /** How this machine reaches the server. */
    public String url() {
        return url;
    }

    public Training training() {
        return training;
    }

    public Billing billing() {
        return billing;
    }

    public Sessions sessions() {
        return accounts.sessions();
    }

    /** Closes the sockets with a reason, then stops the parts in reverse order. */
    @Override
    public void close() {
        var failures = new ArrayList<Exception>();
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) { // the others must be closed all the same
                failures.add(e);
            }
        }
        if (failures.isEmpty()) return;
        var failure = new IllegalStateException("the server did not stop cleanly");
        failures.forEach(failure::addSuppressed);
        throw failure;
    }
}
