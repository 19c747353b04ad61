package org.decentralizedai.worker.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.Clock;
import org.decentralizedai.worker.Event;
import org.decentralizedai.worker.EventQueue;
import org.decentralizedai.worker.Power;
import org.decentralizedai.worker.WorkerPorts;
import org.decentralizedai.worker.WorkerSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/volunteer}: contributes this machine's processor to a run, without a browser, until Ctrl-C. */
@Command(
        name = "volunteer",
        mixinStandardHelpOptions = true,
        description = "Contributes this machine's processor to a run until Ctrl-C. Lost connections and restarts of the"
                + " coordinator are survived.")
public final class NativeWorkerMain implements Callable<Integer> {
    /** For the running step to end and its task's update to be sent. */
    private static final Duration GOODBYE = Duration.ofSeconds(45);

    @Option(names = "--server", description = "address of the coordinator (default: ${DEFAULT-VALUE})")
    private URI server = URI.create("http://localhost:8080");

    @Option(names = "--threads", description = "processor cores to use (default: all)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--power", description = "share of the time to compute, 0.05 to 1 (default: ${DEFAULT-VALUE})")
    private double power = 1;

    @Option(
            names = "--key-file",
            description =
                    "holds the anonymous key of this volunteer, made at the first start; whoever has it has its credits"
                            + " (default: ${DEFAULT-VALUE})")
    private Path keyFile = Path.of(System.getProperty("user.home"), ".decentralizedai", "key");

    @Option(names = "--name", description = "public name on the leaderboard, from the first accepted task on")
    private @Nullable String name;

    @Option(names = "--team", description = "team to join on the leaderboard; created when there is none of that name")
    private @Nullable String team;

    public static void main(String[] args) {
        System.exit(new CommandLine(new NativeWorkerMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (!"http".equals(server.getScheme()) && !"https".equals(server.getScheme()))
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--server must begin with http:// or https://: " + server);
        if (threads < 1)
            throw new CommandLine.ParameterException(new CommandLine(this), "--threads must be >= 1: " + threads);
        Clock clock = () -> System.nanoTime() / 1e6;
        var events = new EventQueue(clock);
        var http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(15)).build();
        URI endpoint = URI.create(server.toString().replaceFirst("^http", "ws").replaceFirst("/*$", "") + "/worker");
        var printer = new Printer();
        String key = key(keyFile);
        var introduction = new Introduction(http, server, key, name, team);
        var ports = new WorkerPorts(
                () -> new JdkSocket(http, endpoint, events),
                events,
                new CpuDevices(threads),
                new HttpShards(http, server),
                new MemoryCache(),
                new MemoryCache(),
                NativeWorkerMain::sha256,
                clock,
                event -> {
                    printer.on(event);
                    introduction.on(event);
                });
        var ended = new CountDownLatch(1); // not the thread's end: it waits in System.exit while hooks run
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            events.put(new Event.Stop());
            try {
                ended.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            new WorkerSession(ports, key, new Power(power)).run();
        } finally {
            ended.countDown();
        }
        return printer.failed() ? 1 : 0;
    }

    private static Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String key(Path file) {
        try {
            if (Files.exists(file)) return Files.readString(file).strip();
            byte[] random = new byte[16];
            new SecureRandom().nextBytes(random);
            String key = HexFormat.of().formatHex(random);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, key + "\n");
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep this volunteer's key in " + file, e);
        }
    }
}
