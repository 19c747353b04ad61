package org.decentralizedai.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.zip.ZipInputStream;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.train.Trainer;

/**
 * Copies a running server's state into a folder that is itself a data folder: start a server on it (or on a copy) to restore.
 * Order matters: the database first, then the log and the blobs, which by then hold at least what the database names; nothing is
 * deleted meanwhile. Blobs are linked where the file system can, since they never change; copy the backup to another disk to be
 * safe against the loss of this one.
 */
final class Backup {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final DataFolder data;
    private final Database database;
    private final Trainer trainer;
    private final Clock clock;

    Backup(DataFolder data, Database database, Trainer trainer, Clock clock) {
        this.data = data;
        this.database = database;
        this.trainer = trainer;
        this.clock = clock;
    }

    /** @return the new folder */
    Path take() {
        var target = data.backups().resolve(NAME.format(clock.instant()));
        trainer.withoutClearing(() -> {
            try {
                copy(target);
            } catch (IOException e) {
                throw new UncheckedIOException("the backup failed and is incomplete: " + target, e);
            }
        });
        return target;
    }

    private void copy(Path target) throws IOException {
        Files.createDirectories(target);
        var zip = target.resolve("database.zip");
        database.backup(zip);
        unzip(zip, Files.createDirectories(target.resolve("database")));
        Files.delete(zip);
        copyFiles(data.updates(), target.resolve("updates"), false);
        copyFiles(data.store(), target.resolve("store"), true);
    }

    private static void unzip(Path zip, Path folder) throws IOException {
        try (InputStream in = Files.newInputStream(zip);
                var entries = new ZipInputStream(in)) {
            for (var entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                var name = Path.of(entry.getName()).getFileName();
                Files.copy(entries, folder.resolve(name.toString()));
            }
        }
    }

    /** @param link hard links instead of copies: for files that are only ever replaced as a whole */
    private static void copyFiles(Path from, Path to, boolean link) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else if (!file.getFileName().toString().endsWith(".tmp")) copyFile(file, target, link);
            }
        }
    }

    private static void copyFile(Path file, Path target, boolean link) throws IOException {
        if (link) {
            try {
                Files.createLink(target, file);
                return;
            } catch (UnsupportedOperationException | IOException e) { // another file system: copied below
                Files.deleteIfExists(target);
            }
        }
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    }
}
