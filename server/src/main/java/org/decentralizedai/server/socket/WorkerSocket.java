package org.decentralizedai.server.socket;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.decentralizedai.server.train.Worker;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.ServerMessage;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** One open socket, from its upgrade on; a {@link Worker} once it has said hello. */
final class WorkerSocket implements Worker {
    private static final long MAX_WAITING = 2 << 20; // a task of a large model names many pieces

    private final Session session;
    private final String address;
    private final Outbox outbox;
    private final Bucket messages;
    private volatile @Nullable String id;
    private volatile ClientMessage.@Nullable Hello hello;

    /** @param messagesPerSecond on average, all but the chunks of its uploads */
    WorkerSocket(Session session, String address, int messagesPerSecond) {
        this.session = session;
        this.address = address;
        outbox = new Outbox(session, MAX_WAITING);
        messages = Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(10L * messagesPerSecond).refillGreedy(messagesPerSecond, Duration.ofSeconds(1)))
                .build();
    }

    @Override
    public String address() {
        return address;
    }

    /** False when it has said too much lately. */
    boolean mayTalk() {
        return messages.tryConsume(1);
    }

    void greeted(String id, ClientMessage.Hello hello) {
        this.hello = hello;
        this.id = id;
    }

    boolean known() {
        return id != null;
    }

    @Override
    public String id() {
        var known = id;
        if (known == null) throw new IllegalStateException("the worker has not said hello");
        return known;
    }

    @Override
    public ClientMessage.Hello hello() {
        var said = hello;
        if (said == null) throw new IllegalStateException("the worker has not said hello");
        return said;
    }

    @Override
    public void send(ServerMessage message) {
        outbox.offer(FrameCodec.encode(message));
    }

    /** @param reason at most 123 bytes go over the wire; longer ones are cut */
    @Override
    public void close(int code, String reason) {
        session.close(code, reason.length() <= 120 ? reason : reason.substring(0, 120), Callback.NOOP);
    }
}
