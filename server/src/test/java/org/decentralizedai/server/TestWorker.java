package org.decentralizedai.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.jspecify.annotations.Nullable;

/** A worker that a test drives step by step; it can compute a task for real, or lie. */
final class TestWorker implements AutoCloseable, WebSocket.Listener {
    private static final int SECONDS = 30;
    static final int PARAMETERS = ParameterLayout.of(TestRun.MODEL).parameterCount();

    /** How the server ended the connection. */
    record Closed(int code, String reason) {}

    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<ServerMessage> inbox = new LinkedBlockingQueue<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private final WebSocket socket;
    private ModelConfig model = TestRun.MODEL;

    TestWorker(String url) {
        this.url = url;
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(url.replaceFirst("http", "ws") + "/worker"), this)
                .join();
    }

    /** Connected and greeted. @param name makes the key */
    static TestWorker join(String url, String name) throws InterruptedException {
        var worker = new TestWorker(url);
        worker.send(hello(name, Long.MAX_VALUE));
        worker.model = worker.expect(ServerMessage.Welcome.class).model();
        return worker;
    }

    /** The same, of a device of this speed. */
    static TestWorker join(String url, String name, double gigaflops) throws InterruptedException {
        var worker = new TestWorker(url);
        worker.send(hello(name, Long.MAX_VALUE, gigaflops));
        worker.model = worker.expect(ServerMessage.Welcome.class).model();
        return worker;
    }

    static ClientMessage.Hello hello(String name, long storage) {
        return hello(name, storage, 1);
    }

    private static ClientMessage.Hello hello(String name, long storage, double gigaflops) {
        String key = Digests.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
        return new ClientMessage.Hello(key, "test", true, gigaflops, storage);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        parts.writeBytes(bytes);
        if (last) {
            inbox.add(FrameCodec.decodeServer(parts.toByteArray()));
            parts.reset();
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(new Closed(code, reason));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.complete(new Closed(1006, String.valueOf(error)));
    }

    void send(ClientMessage message) {
        raw(FrameCodec.encode(message));
    }

    void raw(byte[] frame) {
        socket.sendBinary(ByteBuffer.wrap(frame), true).join();
    }

    void text(String text) {
        socket.sendText(text, true).join();
    }

    Closed closed() throws Exception {
        return closed.get(SECONDS, TimeUnit.SECONDS);
    }

    /** The server has hung up. */
    static final class Disconnected extends AssertionError {
        private static final long serialVersionUID = 1;

        private Disconnected(Closed closed) {
            super("the server has closed the connection: " + closed);
        }
    }

    ServerMessage next() throws InterruptedException {
        for (int tenths = 0; tenths < 10 * SECONDS; tenths++) {
            boolean over = closed.isDone(); // asked for first: messages come before the end
            var message = inbox.poll(over ? 0 : 100, TimeUnit.MILLISECONDS);
            if (message != null) return message;
            if (over) throw new Disconnected(closed.join());
        }
        throw new AssertionError("no message within " + SECONDS + " s");
    }

    /** The server has taken the task back. */
    static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Cancelled(ServerMessage.Cancel cancel) {
            super(cancel.sentence());
        }
    }

    <M extends ServerMessage> M expect(Class<M> type) throws InterruptedException {
        var message = next();
        if (message instanceof ServerMessage.Cancel cancel && !type.isInstance(message)) throw new Cancelled(cancel);
        return type.cast(message);
    }

    boolean quiet() {
        return inbox.isEmpty();
    }

    ServerMessage.GradientTask task() throws InterruptedException {
        send(new ClientMessage.TaskRequest());
        return expect(ServerMessage.GradientTask.class);
    }

    /** A lie of the right form: every value the same. */
    static byte[] flat(float value) {
        float[] update = new float[PARAMETERS];
        Arrays.fill(update, value);
        return UpdateCodec.encode(UpdateEncoding.INT8, update);
    }

    static UpdateBegin begin(ServerMessage.GradientTask task, byte[] encoded) {
        return begin(task, task.steps().steps(), encoded);
    }

    /** @param steps of the task that were done */
    static UpdateBegin begin(ServerMessage.GradientTask task, int steps, byte[] encoded) {
        int tokens = task.steps().sized(steps, task.steps().batch()).tokens();
        return new UpdateBegin(task.lease(), encoded.length, Digests.of(encoded), steps, tokens, 5.5, 5.4, 1000);
    }

    ServerMessage.Verdict verdict() throws InterruptedException {
        return expect(ServerMessage.Verdict.class);
    }

    ServerMessage.Verdict deliver(ServerMessage.GradientTask task, byte[] encoded) throws InterruptedException {
        return deliver(begin(task, encoded), encoded);
    }

    ServerMessage.Verdict deliver(UpdateBegin begin, byte[] encoded) throws InterruptedException {
        send(begin);
        var answer = next();
        if (answer instanceof ServerMessage.Verdict refused) return refused;
        if (answer instanceof ServerMessage.Cancel cancel) throw new Cancelled(cancel);
        if (!(answer instanceof ServerMessage.UploadFrom from)) throw new AssertionError(String.valueOf(answer));
        chunks(begin, encoded, from.offset());
        return verdict();
    }

    void chunks(UpdateBegin begin, byte[] encoded, int offset) {
        for (int at = offset; at < encoded.length; at += FrameLayout.MAX_CHUNK)
            send(new UpdateChunk(
                    begin.lease(),
                    at,
                    new Bytes(Arrays.copyOfRange(encoded, at, Math.min(encoded.length, at + FrameLayout.MAX_CHUNK)))));
    }

    /** Computes the task on the reference kernels and delivers it. */
    ServerMessage.Verdict train(ServerMessage.GradientTask task) throws IOException, InterruptedException {
        return train(task, task.steps().steps());
    }

    /** Computes the first steps of the task and delivers what came of them. */
    ServerMessage.Verdict train(ServerMessage.GradientTask task, int steps) throws IOException, InterruptedException {
        var result = compute(task, task.steps().sized(steps, task.steps().batch()));
        return deliver(task, steps, result, result.update());
    }

    /** An update that was computed. */
    record Computed(UpdateBegin begin, Bytes encoded) {}

    /** Computes the task on the reference kernels. */
    Computed computed(ServerMessage.GradientTask task) throws IOException, InterruptedException {
        var result = compute(task, task.steps());
        return computed(task, task.steps().steps(), result, result.update());
    }

    /** As far away from what would help as the server lets pass. */
    ServerMessage.Verdict poison(ServerMessage.GradientTask task) throws IOException, InterruptedException {
        var result = compute(task, task.steps());
        float[] poison = new float[result.update().length];
        for (int i = 0; i < poison.length; i++) poison[i] = -0.04f * Math.signum(result.update()[i]);
        return deliver(task, task.steps().steps(), result, poison);
    }

    /** Those that the task starts from. */
    float[] weights(ServerMessage.GradientTask task) throws IOException, InterruptedException {
        var file = ByteBuffer.wrap(checkpoint(task));
        float[] weights = new float[PARAMETERS];
        file.position(file.limit() - Float.BYTES * PARAMETERS)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(weights);
        return weights;
    }

    private byte[] checkpoint(ServerMessage.GradientTask task) throws IOException, InterruptedException {
        var file = new ByteArrayOutputStream();
        for (Sha256 piece : task.weights()) file.writeBytes(shard(piece));
        return file.toByteArray();
    }

    private LocalResult compute(ServerMessage.GradientTask task, LocalSteps steps)
            throws IOException, InterruptedException {
        byte[] weights = checkpoint(task);
        var windows = new TaskWindows(
                shard(task.data().shard()), task.data(), task.steps().context());
        return LocalTraining.compute(
                new ReferenceKernels(),
                model,
                weights,
                weights.length - Float.BYTES * ParameterLayout.of(model).parameterCount(),
                steps,
                windows);
    }

    private ServerMessage.Verdict deliver(
            ServerMessage.GradientTask task, int steps, LocalResult result, float[] update)
            throws InterruptedException {
        var computed = computed(task, steps, result, update);
        return deliver(computed.begin(), computed.encoded().array());
    }

    private static Computed computed(ServerMessage.GradientTask task, int steps, LocalResult result, float[] update) {
        byte[] encoded = new Sender().encode(task.form(), task.round(), update);
        return new Computed(
                new UpdateBegin(
                        task.lease(),
                        encoded.length,
                        Digests.of(encoded),
                        steps,
                        task.steps().sized(steps, task.steps().batch()).tokens(),
                        result.firstLoss(),
                        result.lastLoss(),
                        1000),
                new Bytes(encoded));
    }

    byte[] shard(Sha256 hash) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url + "/shards/" + hash)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    /** As a crash of the browser does. */
    void vanish() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
