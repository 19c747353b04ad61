package org.decentralizedai.store.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The documents of a file or a folder, always in the same order, one in memory at a time. A {@code .jsonl} file has one in
 * the {@code text} field of each line; a folder has its {@code .txt} and {@code .jsonl} files, in order of their paths; a
 * text file that is large, or given by itself, is cut at blank lines into documents of at least 16 Ki characters. Bytes that
 * are no UTF-8 become U+FFFD, line ends become a line feed.
 */
final class CorpusSource {
    private static final int CUT_AT_BLANK_LINE = 16 << 10, CUT_ANYWHERE = 64 << 10; // characters
    private static final long WHOLE_FILE = 1 << 20; // bytes

    private final Path source;

    CorpusSource(Path source) {
        if (!Files.exists(source)) throw new CorpusException("no such file or folder: " + source);
        this.source = source;
    }

    /** The text of one file. */
    static String whole(Path file) {
        if (!Files.isRegularFile(file)) throw new CorpusException("no such file: " + file);
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            throw new CorpusException("could not read " + file + ": " + e, e);
        }
    }

    /** Blank documents are left out. */
    void forEach(Consumer<String> sink) {
        Consumer<String> present = text -> {
            if (!text.isBlank()) sink.accept(text);
        };
        try {
            if (Files.isDirectory(source)) for (Path file : files()) file(file, true, present);
            else file(source, false, present);
        } catch (IOException e) {
            throw new CorpusException("could not read " + source + ": " + e, e);
        }
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(source)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".txt") || jsonl(file))
                    .sorted(Comparator.comparing(file -> source.relativize(file).toString()))
                    .toList();
        }
    }

    private static boolean jsonl(Path file) {
        return file.toString().endsWith(".jsonl");
    }

    private static void file(Path file, boolean wholeIfSmall, Consumer<String> sink) throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), UTF_8))) {
            reader.mark(1);
            if (reader.read() != '\uFEFF') reader.reset(); // byte-order mark
            boolean whole = wholeIfSmall && Files.size(file) <= WHOLE_FILE;
            if (jsonl(file)) jsonLines(file, reader, sink);
            else
                cut(
                        reader,
                        whole ? Integer.MAX_VALUE : CUT_AT_BLANK_LINE,
                        whole ? Integer.MAX_VALUE : CUT_ANYWHERE,
                        sink);
        }
    }

    private static void cut(Reader reader, int atBlankLine, int anywhere, Consumer<String> sink) throws IOException {
        var text = new StringBuilder();
        boolean lineBegins = true, carriageReturn = false;
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            if (c == '\n' && carriageReturn) {
                carriageReturn = false;
                continue;
            }
            carriageReturn = c == '\r';
            boolean lineEnds = c == '\r' || c == '\n';
            text.append(lineEnds ? '\n' : (char) c);
            boolean blankLine = lineEnds && lineBegins;
            lineBegins = lineEnds;
            if (blankLine && text.length() >= atBlankLine
                    || text.length() >= anywhere && !Character.isHighSurrogate((char) c)) {
                sink.accept(text.toString());
                text.setLength(0);
            }
        }
        sink.accept(text.toString());
    }

    private static void jsonLines(Path file, BufferedReader reader, Consumer<String> sink) throws IOException {
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (!line.isBlank()) sink.accept(text(line, file + ", line " + number));
        }
    }

    private static String text(String line, String place) {
        try {
            JsonNode text = JsonMapper.shared().readTree(line).path("text");
            if (text.isString()) return text.stringValue().replace("\r\n", "\n");
            throw new CorpusException(place + ": needs an object with a string \"text\"");
        } catch (JacksonException e) {
            throw new CorpusException(place + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
