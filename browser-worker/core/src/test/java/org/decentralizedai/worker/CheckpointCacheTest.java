package org.decentralizedai.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

class CheckpointCacheTest {
    private static final int LENGTH = 2 * BlobSource.MAX_BYTES + 1000;

    private final FakeBlobs blobs = new FakeBlobs();
    private final CheckpointCache cache =
            new CheckpointCache(blobs, new CheckedBlobs(blobs, blobs, JvmDigest.INSTANCE), JvmDigest.INSTANCE);
    private final byte[] file = file(LENGTH);
    private final Sha256 name = JvmDigest.INSTANCE.sha256(file);

    private static byte[] file(int length) {
        byte[] file = new byte[length];
        new Random(length).nextBytes(file);
        return file;
    }

    private Sha256 piece(int number) {
        int at = number * BlobSource.MAX_BYTES;
        return JvmDigest.INSTANCE.sha256(
                Arrays.copyOfRange(file, at, Math.min(file.length, at + BlobSource.MAX_BYTES)));
    }

    @Test
    void keep_severalPieces_findsTheFileAgain() {
        cache.keep(name, file, List.of());
        assertThat(blobs.kept()).containsExactlyInAnyOrder(piece(0), piece(1), piece(2), name);
        assertThat(cache.find(name)).isEqualTo(file);
    }

    @Test
    void keep_onePiece_isTheFile() {
        byte[] small = file(1000);
        Sha256 hash = JvmDigest.INSTANCE.sha256(small);
        cache.keep(hash, small, List.of());
        assertThat(blobs.kept()).containsExactly(hash);
        assertThat(cache.find(hash)).isEqualTo(small);
    }

    @Test
    void keep_another_forgetsTheOld() {
        cache.keep(name, file, List.of());
        byte[] small = file(1000);
        cache.keep(JvmDigest.INSTANCE.sha256(small), small, List.of());
        assertThat(blobs.kept()).hasSize(1);
        assertThat(cache.find(name)).isNull();
    }

    /** A published second moment stands for more rounds than a checkpoint. */
    @Test
    void keep_besides_isNotForgotten() {
        byte[] moment = file(300);
        Sha256 hash = JvmDigest.INSTANCE.sha256(moment);
        blobs.keep(hash, moment);
        cache.keep(name, file, List.of(hash));
        assertThat(blobs.kept()).contains(hash);
        cache.keepOnly(name, List.of(piece(0), piece(1), piece(2)), List.of());
        assertThat(blobs.kept()).doesNotContain(hash);
    }

    @Test
    void find_pieceForgottenOrRotted_isNull() {
        cache.keep(name, file, List.of());
        requireNonNull(blobs.blobs.get(piece(1)))[5]++;
        assertThat(cache.find(name)).isNull();
        cache.keep(name, file, List.of());
        blobs.remove(piece(2));
        assertThat(cache.find(name)).isNull();
    }

    @Test
    void find_listRotted_isNull() {
        cache.keep(name, file, List.of());
        for (byte[] wrong : new byte[][] {{}, {1, 2, 3}, new byte[64], piece(0).bytes()}) {
            blobs.keep(name, wrong);
            assertThat(cache.find(name)).isNull();
        }
    }
}
