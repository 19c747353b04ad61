package org.decentralizedai.server.socket;

import io.javalin.config.JavalinConfig;
import java.time.Duration;
import org.decentralizedai.wire.FrameLayout;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/** WebSocket limits of this server, in the one place that sets them. */
public final class SocketSettings {
    /** A worker that sends nothing for so long is gone. */
    static final Duration IDLE = Duration.ofSeconds(120);

    private static final int MAX_TEXT = 1 << 10; // nobody sends text
    private static final int INPUT_BUFFER = 64 << 10; // Jetty's 4 KiB costs a factor on big frames
    private static final int OUTGOING_FRAMES = 64; // a backstop: Outbox keeps one in flight

    private SocketSettings() {}

    public static void apply(JavalinConfig config) {
        config.jetty.modifyWebSocketServletFactory(sockets -> {
            sockets.setIdleTimeout(IDLE);
            sockets.setMaxBinaryMessageSize(FrameLayout.MAX_FRAME);
            sockets.setMaxFrameSize(FrameLayout.MAX_FRAME);
            sockets.setMaxTextMessageSize(MAX_TEXT);
            sockets.setInputBufferSize(INPUT_BUFFER);
            sockets.setMaxOutgoingFrames(OUTGOING_FRAMES);
        });
        config.jetty.modifyServletContextHandler(SocketSettings::refuseDeflate);
    }

    /** Jetty accepts permessage-deflate when offered; updates are compressed already and inflating is an attack surface. */
    private static void refuseDeflate(ServletContextHandler context) {
        context.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarted(LifeCycle started) { // earlier, the registry does not exist
                WebSocketServerComponents.getWebSocketComponents(context)
                        .getExtensionRegistry()
                        .unregister("permessage-deflate");
            }
        });
    }
}
