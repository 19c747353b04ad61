package org.decentralizedai.server.socket;

import static org.decentralizedai.server.edge.RequestException.Code.FORBIDDEN;
import static org.decentralizedai.server.edge.RequestException.Code.TOO_MANY;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.javalin.websocket.WsBinaryMessageContext;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.edge.ErrorResponses;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.WorkerKey;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.UpdateIntake;
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
public final class WorkerEndpoint implements Routes, AutoCloseable {
    /** Close codes besides {@link TaskDesk#REPLACED}. */
    public static final int BAD_FRAME = 4400,
            HELLO_EXPECTED = 4401,
            BANNED = 4403,
            UNKNOWN_VERSION = 4426,
            FLOOD = 4429;

    private static final int FAILED = 1011, RESTARTING = 1012, TRY_AGAIN = 1013;
    private static final String COME_BACK = "the server restarts: please connect again";
    private static final Duration GOODBYE = Duration.ofSeconds(2);
    private static final String ADDRESS = "address";
    private static final Logger LOG = LoggerFactory.getLogger(WorkerEndpoint.class);

    /** @param messagesPerSecond of one socket on average, chunks of its uploads apart */
    public record Limits(int sockets, int socketsPerAddress, int messagesPerSecond, Duration heartbeat) {}

    private final TaskDesk desk;
    private final UpdateIntake intake;
    private final WorkerLedger workers;
    private final Run run;
    private final ModelConfig model;
    private final Limits limits;
    private final SocketLimits open;
    private final OriginRule origins;
    private final MeterRegistry meters;
    private final Map<String, WorkerSocket> sockets = new ConcurrentHashMap<>(); // by Javalin's session id

    private volatile boolean stopping;

    public WorkerEndpoint(Training training, Limits limits, @Nullable URI publicUrl, MeterRegistry meters) {
        this.model = training.model();
        this.desk = training.desk();
        this.intake = training.intake();
        this.workers = training.workers();
        this.run = training.run();
        this.limits = limits;
        this.open = new SocketLimits(limits.sockets(), limits.socketsPerAddress());
        this.origins = new OriginRule(publicUrl);
        this.meters = meters;
        meters.gaugeMapSize("sockets.open", List.of(), sockets);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.wsBeforeUpgrade("/worker", this::admit);
        routes.ws("/worker", this::listen);
    }

    private void admit(Context context) {
        String host = context.host();
        if (!origins.allows(context.header("Origin"), host == null ? "" : host))
            throw new RequestException(FORBIDDEN, "this page may not open a worker's socket here");
        if (open.full(context.ip()))
            throw new RequestException(TOO_MANY, "too many workers from this address: please try again later");
        context.attribute(ADDRESS, context.ip());
    }

    private void listen(WsConfig socket) {
        socket.onConnect(this::connected);
        socket.onBinaryMessage(context -> received(context.sessionId(), bytes(context)));
        socket.onMessage(context -> refuse(context.sessionId(), BAD_FRAME, "frames are binary"));
        socket.onClose(context -> closed(context.sessionId()));
        socket.onError(context -> LOG.debug("socket error", context.error()));
    }

    private void connected(WsConnectContext context) {
        String address = String.valueOf(context.<String>attribute(ADDRESS));
        var socket = new WorkerSocket(context.session, address, limits.messagesPerSecond());
        if (stopping) socket.close(RESTARTING, COME_BACK);
        else if (open.enter(address)) sockets.put(context.sessionId(), socket);
        else socket.close(TRY_AGAIN, "too many workers are connected");
    }

    private void closed(String session) {
        var socket = sockets.remove(session);
        if (socket == null) return;
        open.leave(socket.address());
        if (socket.known()) desk.leave(socket);
        synchronized (sockets) {
            sockets.notifyAll();
        }
    }

    /** Tells every worker to come back later, and waits a little until they have heard it. */
    @Override
    public void close() {
        stopping = true;
        sockets.values().forEach(socket -> socket.close(RESTARTING, COME_BACK));
        long end = System.nanoTime() + GOODBYE.toNanos();
        try {
            synchronized (sockets) {
                for (long left = GOODBYE.toMillis();
                        left > 0 && !sockets.isEmpty();
                        left = (end - System.nanoTime()) / 1_000_000) sockets.wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuse(String session, int code, String reason) {
        meters.counter("sockets.refused", "code", String.valueOf(code)).increment();
        var socket = sockets.get(session);
        if (socket != null) socket.close(code, reason);
    }

    private static byte[] bytes(WsBinaryMessageContext context) {
        byte[] frame = new byte[context.data().remaining()];
        context.data().get(frame);
        return frame;
    }

    private void received(String session, byte[] frame) {
        var socket = sockets.get(session);
        if (socket == null) return; // closed while this frame was on its way
        try {
            var message = FrameCodec.decodeClient(frame);
            if (!isFree(socket, message) && !socket.mayTalk()) refuse(session, FLOOD, "too many messages a second");
            else if (message instanceof ClientMessage.Hello hello) greet(session, socket, hello);
            else if (!socket.known()) refuse(session, HELLO_EXPECTED, "the first message must be Hello");
            else answer(socket, message);
        } catch (FrameException e) {
            refuse(session, ErrorResponses.closeCode(e.code()), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("a message of worker {} failed", socket.known() ? socket.id() : socket.address(), e);
            refuse(session, FAILED, "something went wrong here: please connect again");
        }
    }

    /** An upload is as many chunks as it is; no others. */
    private boolean isFree(WorkerSocket socket, ClientMessage message) {
        return message instanceof ClientMessage.UpdateChunk chunk
                && socket.known()
                && intake.expects(socket.id(), chunk);
    }

    private void greet(String session, WorkerSocket socket, ClientMessage.Hello hello) {
        if (socket.known()) {
            refuse(session, BAD_FRAME, "Hello must be said once");
            return;
        }
        String id = WorkerKey.id(hello.key());
        if (workers.banned(id)) {
            refuse(session, BANNED, "this worker was banned by the operator");
            return;
        }
        workers.seen(id, hello.adapter(), hello.software(), hello.gigaflops());
        socket.greeted(id, hello);
        socket.send(new ServerMessage.Welcome(
                id, run.id(), model, (int) limits.heartbeat().toMillis()));
        desk.join(socket);
    }

    private void answer(WorkerSocket socket, ClientMessage message) {
        switch (message) {
            case ClientMessage.Hello _ -> throw new IllegalStateException("handled by the caller");
            case ClientMessage.TaskRequest _ -> desk.request(socket);
            case ClientMessage.Heartbeat m -> desk.heartbeat(socket, m.lease());
            case ClientMessage.UpdateBegin m -> socket.send(intake.begin(socket.id(), m));
            case ClientMessage.UpdateChunk m -> intake.chunk(socket.id(), m).ifPresent(socket::send);
            case ClientMessage.Abandon m -> desk.abandon(socket, m.lease());
        }
    }
}
