package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a blob store has returned from is there after the power went. */
final class BlobPowerTest {
    private static final byte[] ONE = {1, 2, 3}, OTHER = {4, 5};

    @TempDir
    Path folder;

    private Disk disk;

    @BeforeEach
    void start() throws IOException {
        disk = new Disk(Files.createDirectory(folder.resolve("before")), new Power(null, 0));
    }

    private BlobStore afterThePowerWent() {
        var after = folder.resolve("after");
        disk.leave(Disk.Left.NONE, after, new Random(1));
        return new FolderBlobStore(after.resolve("store"));
    }

    @Test
    void blobsAndPointers_survive() {
        var store = new FolderBlobStore(disk.store(), disk::open);
        var one = store.put(ONE);
        store.casPointer("promoted", Optional.empty(), one);
        var other = store.put(OTHER);
        store.casPointer("promoted", Optional.of(one), other);
        var after = afterThePowerWent();
        assertThat(after.get(one)).isEqualTo(ONE);
        assertThat(after.get(other)).isEqualTo(OTHER);
        assertThat(after.pointer("promoted")).contains(other);
    }

    /** The first try has left the blob with a name that may not be on the disk. */
    @Test
    void putAgain_afterItsNameCouldNotBeForced_survives() {
        var fails = new AtomicBoolean();
        var store = new FolderBlobStore(disk.store(), (file, options) -> {
            if (Files.isDirectory(file) && fails.getAndSet(false)) throw new IOException("a passing failure");
            return disk.open(file, options);
        });
        fails.set(true);
        assertThatThrownBy(() -> store.put(ONE)).isInstanceOf(BlobException.class);
        var hash = store.put(ONE);
        assertThat(afterThePowerWent().get(hash)).isEqualTo(ONE);
    }
}
