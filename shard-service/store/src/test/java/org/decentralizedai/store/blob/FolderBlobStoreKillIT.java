package org.decentralizedai.store.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that stores blobs and moves a pointer is killed in mid-work, several times. */
class FolderBlobStoreKillIT {
    @TempDir
    Path folder;

    /** Prints a hash only after the pointer is there. */
    static final class Writer {
        public static void main(String[] args) {
            var store = new FolderBlobStore(Path.of(args[0]));
            Optional<Sha256> at = store.pointer("newest");
            for (long i = Long.parseLong(args[1]); ; i++) {
                Sha256 hash = store.put(BlobStoreContract.bytes((int) (i * 7919 % 300_000), i));
                store.casPointer("newest", at, hash);
                at = Optional.of(hash);
                System.out.println(hash);
            }
        }
    }

    @Test
    void kill_whileWriting_acknowledgedBlobsAndPointerSurvive() throws Exception {
        List<Sha256> acknowledged = new ArrayList<>();
        for (int life = 0; life < 5; life++) {
            int before = acknowledged.size();
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.toString(),
                            String.valueOf(1000 * life))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var lines = new BufferedReader(new InputStreamReader(writer.getInputStream()))) {
                for (int i = 0; i < 15 + life; i++) acknowledged.add(new Sha256(lines.readLine()));
                writer.toHandle().destroyForcibly(); // unlike the process itself, leaves its output readable
                readRest(lines, acknowledged);
            }
            writer.waitFor();
            assertThat(acknowledged.size()).isGreaterThan(before);
            var store = new FolderBlobStore(folder);
            for (Sha256 hash : acknowledged) store.get(hash);
            for (Sha256 hash : store.list()) store.get(hash);
            Sha256 newest = store.pointer("newest").orElseThrow();
            store.get(newest);
            if (acknowledged.contains(newest)) assertThat(newest).isEqualTo(acknowledged.getLast());
        }
    }

    private static void readRest(BufferedReader lines, List<Sha256> acknowledged) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            if (Sha256.isHex(line)) acknowledged.add(new Sha256(line));
    }
}
