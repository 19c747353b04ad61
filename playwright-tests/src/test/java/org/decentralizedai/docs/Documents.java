package org.decentralizedai.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The commands that README.md and docs/*.md show: every line of their {@code sh} blocks. */
final class Documents {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private Documents() {}

    static List<String> commands() {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(d -> d.toString().endsWith(".md")).sorted())
                    .flatMap(document -> commands(document).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> commands(Path document) {
        var commands = new ArrayList<String>();
        boolean inside = false;
        for (String line : read(document).lines().toList()) {
            if (line.startsWith("```")) inside = line.equals("```sh");
            else if (inside && !line.isBlank()) commands.add(line.strip());
        }
        return commands;
    }

    private static String read(Path document) {
        try {
            return Files.readString(document, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
