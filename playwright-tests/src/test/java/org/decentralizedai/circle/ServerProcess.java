package org.decentralizedai.circle;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.decentralizedai.server.ServerMain;

/** A server in a process of its own, so that it can be killed. */
final class ServerProcess implements AutoCloseable {
    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /** Returns when it is ready. */
    static ServerProcess start(Path settings) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerMain.class.getName(),
                        "--settings",
                        settings.toString())
                .redirectErrorStream(true)
                .start();
        var said = new StringBuilder();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("ready: ")) {
                Thread.ofPlatform().daemon().start(() -> output.lines().forEach(_ -> {})); // or its pipe fills
                return new ServerProcess(process);
            }
        }
        throw new AssertionError("the server ended before it was ready:\n" + said);
    }

    /** SIGKILL: nothing is flushed, no hook runs. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
