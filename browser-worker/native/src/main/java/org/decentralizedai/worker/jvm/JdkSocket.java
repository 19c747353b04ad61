package org.decentralizedai.worker.jvm;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.worker.Event;
import org.decentralizedai.worker.EventQueue;
import org.decentralizedai.worker.Socket;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket. One message is under way at a time, so that a slow uplink slows the sender. */
final class JdkSocket implements Socket, WebSocket.Listener {
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Duration SEND = Duration.ofSeconds(60);
    private static final int ABNORMAL = 1006;

    private final EventQueue events;
    private final CompletableFuture<WebSocket> connection;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private final AtomicBoolean closed = new AtomicBoolean();

    JdkSocket(HttpClient http, URI endpoint, EventQueue events) {
        this.events = events;
        connection = http.newWebSocketBuilder().connectTimeout(CONNECT).buildAsync(endpoint, this);
        connection.whenComplete((_, failure) -> {
            if (failure != null) closed(ABNORMAL, String.valueOf(failure.getMessage()));
        });
    }

    @Override
    public void onOpen(WebSocket socket) {
        events.put(new Event.Opened(this));
        socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        if (parts.size() + data.remaining() > FrameLayout.MAX_FRAME) {
            fail(socket, "the coordinator sent a frame of more than " + FrameLayout.MAX_FRAME + " bytes");
            return null;
        }
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        parts.writeBytes(bytes);
        if (last) {
            events.put(new Event.Frame(this, new Bytes(parts.toByteArray())));
            parts.reset();
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        closed(code, reason);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        closed(ABNORMAL, String.valueOf(failure.getMessage()));
    }

    @Override
    public void send(byte[] frame) {
        if (closed.get()) return;
        try {
            connection
                    .get(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                    .sendBinary(ByteBuffer.wrap(frame), true)
                    .get(SEND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            fail(connection.getNow(null), "could not send: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(connection.getNow(null), "interrupted while sending");
        }
    }

    private void fail(@Nullable WebSocket socket, String reason) {
        if (socket != null) socket.abort();
        closed(ABNORMAL, reason);
    }

    private void closed(int code, String reason) {
        if (closed.compareAndSet(false, true)) events.put(new Event.Closed(this, code, reason));
    }

    @Override
    public void close() {
        if (closed.get()) return;
        connection.thenAccept(
                socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, "").whenComplete((_, _) -> socket.abort()));
    }
}
