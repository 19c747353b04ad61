package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/** Just enough of a coordinator to give tasks to a real worker, one after the other, and to take their updates. */
final class TaskServer implements AutoCloseable {
    private static final int LARGE_FRAME = 1 << 20;

    private final ModelConfig model;
    private final Deque<GradientTask> waiting;
    private final Map<String, byte[]> shards;
    private final Javalin javalin;
    private final boolean cutOnce;

    private boolean cut;
    private @Nullable GradientTask task;
    private @Nullable UpdateBegin begin;
    private byte[] received = {};

    private final List<ClientMessage> heard = new ArrayList<>();
    final List<String> asked = Collections.synchronizedList(new ArrayList<>()); // hashes of shards, in order
    final List<CompletableFuture<byte[]>> updates = new ArrayList<>(); // one for each task
    private int answered;

    /** @param cutOnce closes the connection after the first piece of the update */
    TaskServer(ModelConfig model, List<GradientTask> tasks, Map<String, byte[]> shards, boolean cutOnce) {
        this.model = model;
        waiting = new ArrayDeque<>(tasks);
        for (int i = 0; i < tasks.size(); i++) updates.add(new CompletableFuture<>());
        this.shards = new ConcurrentHashMap<>(shards);
        this.cutOnce = cutOnce;
        javalin = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.jetty.modifyWebSocketServletFactory(f -> {
                        f.setMaxBinaryMessageSize(LARGE_FRAME);
                        f.setMaxFrameSize(LARGE_FRAME);
                    });
                    config.routes.get("/", context -> context.html("<!doctype html><title>worker</title>"));
                    config.routes.get("/worker/{file}", TaskServer::workerFile);
                    config.routes.get("/shards/{hash}", this::shard);
                    config.routes.ws(
                            "/worker",
                            ws -> ws.onBinaryMessage(context -> {
                                ByteBuffer data = context.data();
                                byte[] frame = new byte[data.remaining()];
                                data.get(frame);
                                on(context, FrameCodec.decodeClient(frame));
                            }));
                })
                .start(0);
    }

    /** One more task for whoever asks next. */
    synchronized void offer(GradientTask another) {
        waiting.add(another);
        updates.add(new CompletableFuture<>());
    }

    int port() {
        return javalin.port();
    }

    synchronized <M extends ClientMessage> List<M> heard(Class<M> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static void workerFile(Context context) throws IOException {
        String file = context.pathParam("file");
        try (InputStream in = TaskServer.class.getResourceAsStream("/worker/" + file)) {
            assertThat(in).as("built worker file " + file).isNotNull();
            context.contentType(file.endsWith(".wasm") ? "application/wasm" : "text/javascript");
            context.result(in.readAllBytes());
        }
    }

    private void shard(Context context) {
        asked.add(context.pathParam("hash"));
        byte[] shard = shards.get(context.pathParam("hash"));
        if (shard == null) context.status(404);
        else context.result(shard);
    }

    private synchronized void on(WsContext socket, ClientMessage message) {
        heard.add(message);
        switch (message) {
            case ClientMessage.Hello _ -> say(socket, new ServerMessage.Welcome("worker-1", "test", model, 2000));
            case ClientMessage.TaskRequest _ -> {
                task = waiting.poll();
                received = new byte[0];
                say(socket, task == null ? new ServerMessage.Idle(IdleReason.ROUND_FULL, 60_000) : task);
            }
            case UpdateBegin told -> {
                begin = told;
                say(socket, new ServerMessage.UploadFrom(told.lease(), received.length));
            }
            case UpdateChunk chunk -> chunk(socket, chunk);
            case ClientMessage.Heartbeat _, ClientMessage.Abandon _ -> {}
        }
    }

    private void chunk(WsContext socket, UpdateChunk chunk) {
        if (chunk.offset() != received.length) return; // on its way when the connection was cut
        byte[] more = chunk.bytes().array();
        received = Arrays.copyOf(received, received.length + more.length);
        System.arraycopy(more, 0, received, chunk.offset(), more.length);
        if (cutOnce && !cut) {
            cut = true;
            socket.closeSession(1011, "cut by the test");
        } else if (begin != null && received.length == begin.encodedBytes()) {
            say(socket, new ServerMessage.Verdict(chunk.lease(), VerdictCode.ACCEPTED, "thank you", begin.tokens()));
            updates.get(answered++).complete(received);
        }
    }

    private static void say(WsContext socket, ServerMessage message) {
        socket.send(ByteBuffer.wrap(FrameCodec.encode(message)));
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
