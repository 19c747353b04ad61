package org.decentralizedai.server.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.json.JavalinJackson3;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.decentralizedai.server.edge.ErrorResponses;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.socket.SocketSettings;
import org.decentralizedai.wire.Sha256;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** Javalin on Jetty with our handlers before it: shards, then the site's files, then the routes. */
public final class WebServer implements AutoCloseable {
    private static final long MAX_BODY = 1 << 20;
    private static final Duration STOP = Duration.ofSeconds(5);

    private final Javalin javalin;

    /**
     * @param port 0 for any free one
     * @param tls null for plain HTTP
     * @param trustedProxies addresses or ranges whose X-Forwarded-* are believed
     * @param shards folder of files named by their hash
     */
    public record Binding(String host, int port, @Nullable Tls tls, List<String> trustedProxies, Path shards) {}

    public WebServer(Binding binding, List<Routes> routes, MeterRegistry meters) {
        javalin = Javalin.create(config -> configure(config, binding, routes, meters))
                .start();
    }

    private static void configure(JavalinConfig config, Binding binding, List<Routes> routes, MeterRegistry meters) {
        config.startup.showJavalinBanner = false;
        config.http.maxRequestSize = MAX_BODY;
        config.jsonMapper(new JavalinJackson3(json(), true));
        config.jetty.modifyHttpConfiguration(http -> customize(http, binding));
        config.jetty.addConnector((server, http) -> connector(server, http, binding));
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP.toMillis());
            server.setHandler(files(server, binding.shards()));
        });
        config.requestLogger.http(new RequestTimes(meters));
        SocketSettings.apply(config);
        ErrorResponses.register(config.routes);
        for (Routes part : routes) part.register(config.routes);
    }

    /** Hashes are written as their digits. */
    private static JsonMapper json() {
        var hashes = new SimpleModule().addSerializer(Sha256.class, ToStringSerializer.instance);
        return JsonMapper.builder().addModule(hashes).build();
    }

    private static void customize(HttpConfiguration http, Binding binding) {
        http.setSendServerVersion(false);
        http.addCustomizer(new SecurityHeaders());
        if (binding.tls() != null)
            http.addCustomizer(new SecureRequestCustomizer(false)); // clients may come by address
        if (!binding.trustedProxies().isEmpty()) http.addCustomizer(new TrustedProxies(binding.trustedProxies()));
    }

    private static Connector connector(Server server, HttpConfiguration http, Binding binding) {
        var plain = new HttpConnectionFactory(http);
        var connector = binding.tls() == null
                ? new ServerConnector(server, plain)
                : new ServerConnector(
                        server, new SslConnectionFactory(binding.tls().contextFactory(), plain.getProtocol()), plain);
        connector.setHost(binding.host());
        connector.setPort(binding.port());
        return connector;
    }

    /** Javalin adds its own handler to the end of the sequence. */
    private static Handler files(Server server, Path shards) {
        var sequence = new Handler.Sequence();
        sequence.addHandler(ShardFiles.handler(server, shards));
        SiteFiles.handlers(server).forEach(sequence::addHandler);
        return sequence;
    }

    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
