package org.decentralizedai.store.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path folder;

    private FolderBlobStore store;

    @BeforeEach
    void open() {
        store = new FolderBlobStore(folder);
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    BlobStore reopened() {
        return new FolderBlobStore(folder);
    }

    @Test
    void put_anyBlob_fileOfThatNameHoldsIt() throws IOException {
        Sha256 hash = store.put(bytes(100, 3));
        assertThat(Files.readAllBytes(folder.resolve("blobs").resolve(hash.hex())))
                .isEqualTo(bytes(100, 3));
        assertThat(store.blobs()).isEqualTo(folder.resolve("blobs"));
    }

    @Test
    void get_fileChanged_corruptUntilPutAgain() throws IOException {
        Sha256 hash = store.put(bytes(100, 3));
        Files.write(store.blobs().resolve(hash.hex()), bytes(99, 3));
        assertReason(BlobException.Reason.CORRUPT, () -> store.get(hash));
        store.put(bytes(100, 3));
        assertThat(store.get(hash)).isEqualTo(bytes(100, 3));
    }

    @Test
    void open_leftoversOfACrash_removedAndNeverListed() throws IOException {
        Path leftover = folder.resolve("unfinished/half");
        Files.write(leftover, bytes(10, 1));
        Files.write(folder.resolve("blobs/README"), bytes(10, 1));
        assertThat(reopened().list()).isEmpty();
        assertThat(leftover).doesNotExist();
    }

    @Test
    void pointer_fileIsNoHash_corrupt() throws IOException {
        Files.writeString(folder.resolve("pointers/newest"), "torn");
        assertReason(BlobException.Reason.CORRUPT, () -> store.pointer("newest"));
    }
}
