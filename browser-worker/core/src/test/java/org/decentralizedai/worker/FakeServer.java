package org.decentralizedai.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/** A coordinator behind {@link Network}: hands out the tasks it was given and takes updates, in simulated time. */
final class FakeServer implements Network {
    private static final double LATENCY_MILLIS = 3;

    private final World world;
    private final Map<Lease, byte[]> uploads = new HashMap<>();
    private final Map<Lease, UpdateBegin> begun = new HashMap<>();

    final Queue<ServerMessage> answers = new ArrayDeque<>(); // to TaskRequests, in order
    final List<ClientMessage> heard = new ArrayList<>();
    final List<Double> connectedAt = new ArrayList<>();
    final Map<Lease, byte[]> accepted = new HashMap<>();
    final Queue<VerdictCode> verdicts = new ArrayDeque<>(); // instead of ACCEPTED, in order
    String run = "run";
    ModelConfig model;
    boolean welcomes = true;
    boolean answersRequests = true;
    boolean answersUpdates = true;

    /** Sees each message before the server acts on it. */
    Consumer<ClientMessage> script = _ -> {};

    @Nullable
    Connection connection;

    FakeServer(World world, ModelConfig model) {
        this.world = world;
        this.model = model;
    }

    final class Connection implements Socket {
        private boolean open = true;

        @Override
        public void send(byte[] frame) {
            if (!open) return;
            ClientMessage message = FrameCodec.decodeClient(frame);
            heard.add(message);
            script.accept(message);
            if (open) FakeServer.this.on(message);
        }

        @Override
        public void close() {
            open = false;
        }

        void say(ServerMessage message) {
            sayBytes(FrameCodec.encode(message));
        }

        void sayBytes(byte[] frame) {
            world.in(LATENCY_MILLIS, () -> {
                if (open) world.put(new Event.Frame(this, new Bytes(frame)));
            });
        }

        void cut(int code, String reason) {
            open = false;
            world.in(LATENCY_MILLIS, () -> world.put(new Event.Closed(this, code, reason)));
        }
    }

    @Override
    public Socket connect() {
        var made = new Connection();
        connection = made;
        connectedAt.add(world.millis());
        world.in(LATENCY_MILLIS, () -> world.put(new Event.Opened(made)));
        return made;
    }

    Connection connection() {
        if (connection == null) throw new AssertionError("nobody has connected");
        return connection;
    }

    void cut() {
        connection().cut(1006, "");
    }

    private void on(ClientMessage message) {
        switch (message) {
            case ClientMessage.Hello _ -> {
                if (welcomes) connection().say(new ServerMessage.Welcome("worker-1", run, model, 1000));
            }
            case ClientMessage.TaskRequest _ -> {
                if (answersRequests) connection().say(answer());
            }
            case UpdateBegin begin -> begin(begin);
            case UpdateChunk chunk -> chunk(chunk);
            case ClientMessage.Heartbeat _, ClientMessage.Abandon _ -> {}
        }
    }

    private ServerMessage answer() {
        ServerMessage next = answers.poll();
        return next == null ? new ServerMessage.Idle(IdleReason.ROUND_FULL, 1000) : next;
    }

    /** Forgets what was uploaded, as a server that was started again. */
    void forgetUploads() {
        uploads.clear();
    }

    private void begin(UpdateBegin begin) {
        if (!answersUpdates) return;
        begun.put(begin.lease(), begin);
        byte[] have = uploads.computeIfAbsent(begin.lease(), _ -> new byte[0]);
        connection().say(new ServerMessage.UploadFrom(begin.lease(), have.length));
        judgeIfWhole(begin.lease());
    }

    private void chunk(UpdateChunk chunk) {
        byte[] have = uploads.get(chunk.lease());
        if (have == null || have.length != chunk.offset())
            throw new AssertionError("chunk out of order: offset=" + chunk.offset());
        byte[] more = Arrays.copyOf(have, have.length + chunk.bytes().length());
        System.arraycopy(
                chunk.bytes().array(), 0, more, have.length, chunk.bytes().length());
        uploads.put(chunk.lease(), more);
        judgeIfWhole(chunk.lease());
    }

    private void judgeIfWhole(Lease lease) {
        UpdateBegin begin = begun.get(lease);
        byte[] have = uploads.get(lease);
        if (begin == null || have == null || have.length < begin.encodedBytes()) return;
        VerdictCode code = verdicts.isEmpty() ? VerdictCode.ACCEPTED : verdicts.remove();
        if (code == VerdictCode.ACCEPTED) accepted.put(lease, have);
        connection().say(new ServerMessage.Verdict(lease, code, "said the server", begin.tokens()));
    }

    <M extends ClientMessage> List<M> heard(Class<M> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
