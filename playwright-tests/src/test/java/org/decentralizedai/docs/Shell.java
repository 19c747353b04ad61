package org.decentralizedai.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command of the documents as a reader would run it, in the project's root. Ends with the test. */
final class Shell implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final String command;
    private final Process process;
    private final StringBuffer said = new StringBuffer();
    private final Thread listener;
    private volatile String awaited = "\0";
    private volatile CountDownLatch heard = new CountDownLatch(1);

    Shell(String command, Path home) {
        this(command, home, "");
    }

    /** Java starts with half the work, and computes so slowly that nothing may be trained or compared. */
    static Shell thatOnlyStarts(String command, Path home) {
        return new Shell(command, home, "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }

    private Shell(String command, Path home, String javaOptions) {
        this.command = command;
        var builder = new ProcessBuilder("sh", "-c", "exec " + command)
                .directory(Documents.ROOT.toFile())
                .redirectErrorStream(true);
        builder.environment().put("ALREADY_BUILT", "yes");
        if (!javaOptions.isEmpty()) builder.environment().put("JAVA_TOOL_OPTIONS", javaOptions);
        builder.environment().put("HOME", home.toString()); // where bin/volunteer keeps its key
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listener = Thread.ofPlatform().daemon().start(this::listen);
    }

    private void listen() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            for (@Nullable String line = output.readLine(); line != null; line = output.readLine()) {
                said.append(line).append('\n');
                if (line.contains(awaited)) heard.countDown();
            }
        } catch (IOException e) {
            said.append(e); // the process was ended while it spoke
        }
        heard.countDown();
    }

    /** Waits until a line contains the words. @return that line */
    String says(String words) throws InterruptedException {
        awaited = words;
        if (!said.toString().contains(words)) {
            boolean intime = heard.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!intime || !said.toString().contains(words))
                throw new AssertionError(command + " did not say '" + words + "':\n" + said);
        }
        return said.toString()
                .lines()
                .filter(line -> line.contains(words))
                .findFirst()
                .orElseThrow();
    }

    /** Waits for the end, which must be a success. @return all it said */
    String output() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            throw new AssertionError(command + " does not end:\n" + said);
        listener.join();
        if (process.exitValue() != 0)
            throw new AssertionError(command + " ended with " + process.exitValue() + ":\n" + said);
        return said.toString();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.onExit().join();
    }
}
