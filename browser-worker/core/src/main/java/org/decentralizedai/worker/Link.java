package org.decentralizedai.worker;

import java.util.function.Supplier;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.CloseCode;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.FrameException;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Welcome;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the coordinator, made again whenever it is lost. It goes on only inside {@link #next}: whoever computes
 * must call that now and then.
 *
 * <pre> off --(backoff over)--> connecting --(Opened: Hello)--> greeting --(Welcome)--> up
 *        ^---------------(Closed, too slow, unreadable frame)--------------------------------| </pre>
 */
final class Link {
    private static final double GREETING_MILLIS = 20_000;

    /** For an update to be sent and judged after the visitor has stopped. */
    private static final double FAREWELL_MILLIS = 30_000;

    /** What {@link #next} has to tell. */
    sealed interface Signal {
        record Up(Welcome welcome) implements Signal {}

        record Heard(ServerMessage message) implements Signal {}

        record Lost(String reason) implements Signal {}
    }

    private final Network network;
    private final Inbox inbox;
    private final Clock clock;
    private final Supplier<Hello> hello;
    private final Backoff backoff;

    private @Nullable Socket socket;
    private boolean up;
    private int connections;
    private int failures;
    private boolean defersStop;
    private double farewell = Double.POSITIVE_INFINITY; // its end; the visitor has stopped
    private double timer; // when off: connect; when connecting or greeting: give up

    Link(WorkerPorts ports, Supplier<Hello> hello, Backoff backoff) {
        network = ports.network();
        inbox = ports.inbox();
        clock = ports.clock();
        this.hello = hello;
        this.backoff = backoff;
        timer = clock.millis();
    }

    boolean up() {
        return up;
    }

    /** Grows with every Welcome: tells whether a conversation was interrupted. */
    int connections() {
        return connections;
    }

    /** Lost where there is no connection. */
    void send(ClientMessage message) {
        if (up && socket != null) socket.send(FrameCodec.encode(message));
    }

    /** Whether there is something worth sending, so that a stop can wait: but not for long, and not a second one. */
    void deferStop(boolean defers) {
        defersStop = defers;
    }

    /** The visitor has stopped: what is done may be sent, nothing more is begun. */
    boolean stopping() {
        return farewell < Double.POSITIVE_INFINITY;
    }

    private boolean deferred() {
        if (!defersStop || stopping()) return false;
        farewell = clock.millis() + FAREWELL_MILLIS;
        return true;
    }

    /** The next signal; null when the time is over or something changed that the caller should look at. */
    @Nullable
    Signal next(double millis) {
        double deadline = clock.millis() + millis;
        while (true) {
            Signal late = timer();
            if (late != null) return late;
            if (clock.millis() >= farewell) throw SessionEnded.stopped();
            double until = Math.min(farewell, up ? deadline : Math.min(deadline, timer));
            Event event = inbox.next(Math.max(0, until - clock.millis()));
            if (event instanceof Event.Wake && millis == 0) continue; // nobody waits; what has come behind it counts
            if (event instanceof Event.Wake || event instanceof Event.Stop && deferred()) return null;
            Signal signal = event == null ? null : on(event);
            if (signal != null) return signal;
            if (event == null && clock.millis() >= deadline) return null;
        }
    }

    private @Nullable Signal timer() {
        if (up || clock.millis() < timer) return null;
        if (socket != null) return lost("the server does not answer");
        timer = clock.millis() + GREETING_MILLIS;
        socket = network.connect();
        return null;
    }

    private @Nullable Signal on(Event event) {
        return switch (event) {
            case Event.Stop _ -> throw SessionEnded.stopped();
            case Event.Wake _ -> null;
            case Event.Opened opened -> {
                if (opened.socket() == socket) socket.send(FrameCodec.encode(hello.get()));
                yield null;
            }
            case Event.Frame frame ->
                frame.socket() == socket ? frame(frame.bytes().array()) : null;
            case Event.Closed closed -> closed.socket() == socket ? closed(closed) : null;
        };
    }

    private Signal frame(byte[] frame) {
        try {
            ServerMessage message = FrameCodec.decodeServer(frame);
            if (message instanceof Welcome welcome) {
                up = true;
                connections++;
                return new Signal.Up(welcome);
            }
            if (!up) return lost("the server spoke before its welcome");
            failures = 0; // not at the welcome: a server that greets and closes must not be hammered
            return new Signal.Heard(message);
        } catch (FrameException e) {
            if (e.code() == FrameException.Code.UNKNOWN_VERSION)
                throw SessionEnded.failed(String.valueOf(e.getMessage()));
            return lost("a message could not be read: " + e.getMessage());
        }
    }

    private Signal closed(Event.Closed closed) {
        if (CloseCode.isFinal(closed.code())) throw SessionEnded.failed(closed.reason());
        return lost(closed.reason().isEmpty() ? "the connection was lost" : closed.reason());
    }

    /** Gives this connection up; another one is made later. */
    Signal lost(String reason) {
        close();
        failures++;
        timer = clock.millis() + backoff.millis(failures);
        return new Signal.Lost(reason);
    }

    void close() {
        if (socket != null) socket.close();
        socket = null;
        up = false;
    }
}
