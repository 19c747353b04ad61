package org.decentralizedai.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A server as a process of its own.
 *
 * @param url that it printed
 */
record ServerProcess(Process process, String url) {
    /** Returns when it is ready. */
    static ServerProcess start(Path folder, Settings settings) throws IOException {
        var file = folder.resolve("settings.yaml");
        YAMLMapper.builder().build().writeValue(file.toFile(), settings);
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.decentralizedai.server.ServerMain",
                        "--settings",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            if (line.startsWith("ready: ")) return new ServerProcess(process, line.substring("ready: ".length()));
        process.destroyForcibly();
        throw new AssertionError("the server ended before it was ready");
    }

    /** As {@code kill -9} does. */
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
