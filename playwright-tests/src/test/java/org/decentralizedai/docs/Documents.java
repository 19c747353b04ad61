package org.decentralizedai.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that README.md and docs/*.md show: every line of their {@code sh} blocks. */
final class Documents {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)\\)");

    private Documents() {}

    static List<String> commands() {
        return all().stream().flatMap(document -> commands(document).stream()).toList();
    }

    /** Relative links and pictures that lead nowhere. */
    static List<String> brokenLinks() {
        return all().stream()
                .flatMap(document -> LINK.matcher(read(document))
                        .results()
                        .map(link -> link.group(1))
                        .filter(target -> !target.startsWith("http"))
                        .filter(target -> !Files.exists(document.resolveSibling(target)))
                        .map(target -> document.getFileName() + ": " + target))
                .toList();
    }

    private static List<Path> all() {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(
                                    ROOT.resolve("README.md"),
                                    ROOT.resolve("CONTRIBUTING.md"),
                                    ROOT.resolve("SECURITY.md")),
                            docs.filter(document -> document.toString().endsWith(".md"))
                                    .sorted())
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
