package org.decentralizedai.server.socket;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.TooManyRequestsResponse;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.javalin.websocket.WsBinaryMessageContext;
import io.javalin.websocket.WsCloseContext;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import io.javalin.websocket.WsContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.UpdateIntake;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.FrameException;
import org.decentralizedai.wire.ServerMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /worker}: frames in, calls to {@link TaskDesk} and {@link UpdateIntake}, frames out. Each message is handled in
 * place before the next one is read, which is what slows a fast sender down. Anything that is not the protocol closes the socket
 * with a code and a reason.
 */
public final class WorkerEndpoint {
    /** Close codes besides {@link TaskDesk#REPLACED}. */
    public static final int BAD_FRAME = 4400, HELLO_EXPECTED = 4401, BANNED = 4403, UNKNOWN_VERSION = 4426, FLOOD = 4429;

    private static final int FAILED = 1011;
    private static final Logger LOG = LoggerFactory.getLogger(WorkerEndpoint.class);

    /** @param messagesPerSecond of one socket on average, chunks of updates apart */
    public record Limits(int sockets, int socketsPerAddress, int messagesPerSecond, Duration heartbeat) {}

    private final Training training;
    private final TaskDesk desk;
    private final UpdateIntake intake;
    private final WorkerLedger workers;
    private final Run run;
    private final Limits limits;
    private final SocketLimits open;
    private final OriginRule origins;
    private final MeterRegistry meters;
    private final Map<String, WorkerSocket> sockets = new ConcurrentHashMap<>(); // by Javalin's session id

    public WorkerEndpoint(Training training, Limits limits, @Nullable URI publicUrl, MeterRegistry meters) {
        this.training = training;
        this.desk = training.desk();
        this.intake = training.intake();
        this.workers = training.workers();
        this.run = training.run();
        this.limits = limits;
        this.open = new SocketLimits(limits.sockets(), limits.socketsPerAddress());
        this.origins = new OriginRule(publicUrl);
        this.meters = meters;
        meters.gaugeMapSize("sockets.open", java.util.List.of(), sockets);
    }

    public void register(JavalinDefaultRoutingApi routes) {
        routes.wsBeforeUpgrade("/worker", this::admit);
        routes.ws("/worker", this::listen);
    }

    private void admit(Context context) {
        String host = context.host();
        if (!origins.allows(context.header("Origin"), host == null ? "" : host))
            throw new ForbiddenResponse("this page may not open a worker's socket here");
    }

    private void listen(WsConfig socket) {
        socket.onConnect(this::connected);
        socket.onBinaryMessage(this::received);
        socket.onMessage(context -> close(context, BAD_FRAME, "frames are binary"));
        socket.onClose(this::closed);
        socket.onError(context -> LOG.debug("socket error", context.error()));
    }

    private void connected(WsConnectContext context) {
        String address = context.getUpgradeCtx$javalin().ip();
    }
}
