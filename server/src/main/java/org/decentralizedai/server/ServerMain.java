package org.decentralizedai.server;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the coordinator and runs until it is told to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a language model with the browsers of visitors, and lets anyone talk to it.",
            "Visitors need WebGPU, which browsers offer on https:// pages and on localhost only."
        })
public final class ServerMain implements Callable<Integer> {
    private static final int LOST = 3; // exit code

    private static final Logger LOG = LoggerFactory.getLogger(ServerMain.class);

    @Option(names = "--port", paramLabel = "PORT", description = "where to listen; 0 for any free port (default: 8080)")
    private @Nullable Integer port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "address to listen on; 0.0.0.0 for all (default: 127.0.0.1)")
    private @Nullable String host;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder of all state; made when missing (default: data)")
    private @Nullable String data;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "nano, tiny, small, base or the path of a Llama config.json (default: the run's own, or nano)")
    private @Nullable String model;

    @Option(
            names = "--corpus",
            paramLabel = "PATH",
            description = "text file, .jsonl file or folder to train on (default: public domain texts, fetched by npm)")
    private @Nullable String corpus;

    @Option(names = "--corpus-sha256", paramLabel = "HEX", description = "SHA-256 that the corpus file must have")
    private @Nullable String corpusHash;

    @Option(
            names = "--held-out-tail",
            arity = "0..1",
            fallbackValue = "0.1",
            paramLabel = "SHARE",
            description = "hold out the end of one continuous text (default share: 0.1) instead of whole documents")
    private @Nullable Double heldOutTail;

    @Option(names = "--settings", paramLabel = "FILE", description = "YAML file; options given here win over it")
    private @Nullable String settings;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "under which visitors know the site, behind a proxy")
    private @Nullable String publicUrl;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "PEM certificate with its chain; needs --tls-key")
    private @Nullable String tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM private key (PKCS#8)")
    private @Nullable String tlsKey;

    @Option(
            names = "--trusted-proxies",
            paramLabel = "ADDRESS",
            split = ",",
            description = "addresses or ranges (10.0.0.0/8) whose X-Forwarded-* headers are believed")
    private String @Nullable [] trustedProxies;

    @Option(
            names = "--dev-chain",
            paramLabel = "ANVIL",
            description = "for development: a chain of its own by this node program, whose ether is worth nothing")
    private @Nullable Path devChain;

    private ServerMain() {}

    public static void main(String[] args) {
        int code = command().execute(args);
        if (code != 0) System.exit(code);
    }

    static CommandLine command() {
        var command = new CommandLine(new ServerMain());
        command.setExecutionExceptionHandler((e, line, _) -> {
            LOG.debug("failed", e);
            line.getErr().println(sentence(e));
            return 1;
        });
        return command;
    }

    /** For the operator: what he can act on without a stack trace. */
    private static String sentence(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private Settings settings() {
        var from = settings == null ? Settings.defaults() : SettingsFile.read(Path.of(settings));
        Map<String, Object> over = new LinkedHashMap<>();
        put(over, "port", port);
        put(over, "host", host);
        put(over, "data", data);
        put(over, "model", model);
        put(over, "corpus", corpus);
        put(over, "corpusHash", corpusHash);
        if (heldOutTail != null) {
            over.put("heldOutTail", true);
            over.put("heldOutShare", heldOutTail);
        }
        put(over, "publicUrl", publicUrl);
        put(over, "tlsCertificate", tlsCertificate);
        put(over, "tlsKey", tlsKey);
        put(over, "trustedProxies", trustedProxies);
        return SettingsFile.with(from, over);
    }

    private static void put(Map<String, Object> over, String name, @Nullable Object value) {
        if (value != null) over.put(name, value);
    }

    @Override
    public Integer call() throws InterruptedException {
        var settings = settings();
        if (devChain == null) return serve(settings, () -> {});
        DevelopmentPool.check(settings);
        var pool = DevelopmentPool.start(devChain, settings.data());
        try {
            System.out.println("development chain: its ether is worth nothing");
            return serve(pool.in(settings), pool::close);
        } finally {
            pool.close();
        }
    }

    /** @param after the server's end */
    private static int serve(Settings settings, Runnable after) throws InterruptedException {
        var server = new Server(settings, () -> Runtime.getRuntime().halt(LOST)); // a stop in order would still write
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            try {
                server.close();
            } finally {
                after.run();
                stopped.countDown();
            }
        }));
        System.out.println("ready: " + server.url());
        stopped.await();
        return 0;
    }
}
