package org.decentralizedai.store.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

/** The laws of every {@link BlobStore}. */
abstract class BlobStoreContract {
    static final Sha256 ABSENT = new Sha256("0".repeat(64));

    /** The same store each time, empty at the beginning of a test. */
    abstract BlobStore store();

    /** As after a restart: another object over the same content. */
    abstract BlobStore reopened();

    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        var random = new SplitMix64(seed);
        for (int i = 0; i < length; i++) bytes[i] = (byte) random.nextLong();
        return bytes;
    }

    static void assertReason(BlobException.Reason reason, Callable<?> call) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(
                        BlobException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void put_knownContent_hashIsSha256() {
        assertThat(store().put("abc".getBytes()).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void get_sizesZeroOneAndMaximal_sameBytesAlsoAfterReopening() {
        for (int length : new int[] {0, 1, BlobStore.MAX_BLOB}) {
            byte[] content = bytes(length, length);
            Sha256 hash = store().put(content);
            assertThat(store().get(hash)).isEqualTo(content);
            assertThat(reopened().get(hash)).isEqualTo(content);
            assertThat(store().size(hash)).isEqualTo(length);
        }
    }

    @Test
    void put_oneByteTooLarge_refusedAndNotStored() {
        byte[] content = bytes(BlobStore.MAX_BLOB + 1, 7);
        assertReason(BlobException.Reason.TOO_LARGE, () -> store().put(content));
        assertThat(store().list()).isEmpty();
    }

    @Test
    void get_absent_missing() {
        assertReason(BlobException.Reason.MISSING, () -> store().get(ABSENT));
        assertReason(BlobException.Reason.MISSING, () -> store().size(ABSENT));
        assertThat(store().contains(ABSENT)).isFalse();
    }

    @Test
    void get_callerWritesToTheArray_storeUnchanged() {
        Sha256 hash = store().put(bytes(10, 1));
        store().get(hash)[0]++;
        assertThat(store().get(hash)).isEqualTo(bytes(10, 1));
    }

    @Test
    void delete_twice_goneAndQuiet() {
        Sha256 hash = store().put(bytes(10, 1)), other = store().put(bytes(10, 2));
        store().delete(hash);
        store().delete(hash);
        assertThat(store().list()).containsExactly(other);
        assertReason(BlobException.Reason.MISSING, () -> store().get(hash));
    }

    @Test
    void delete_blobOfAPointer_refused() {
        Sha256 hash = store().put(bytes(10, 1));
        store().casPointer("promoted", Optional.empty(), hash);
        assertReason(BlobException.Reason.POINTED_AT, () -> {
            store().delete(hash);
            return null;
        });
        assertThat(store().contains(hash)).isTrue();
    }

    @Test
    void casPointer_expectationHolds_movesAndSurvivesReopening() {
        Sha256 a = store().put(bytes(1, 1)), b = store().put(bytes(1, 2));
        assertThat(store().pointer("newest")).isEmpty();
        assertThat(store().casPointer("newest", Optional.empty(), a)).isTrue();
        assertThat(store().casPointer("newest", Optional.of(a), b)).isTrue();
        assertThat(reopened().pointer("newest")).contains(b);
    }

    @Test
    void casPointer_expectationFails_nothingChanges() {
        Sha256 a = store().put(bytes(1, 1)), b = store().put(bytes(1, 2));
        assertThat(store().casPointer("newest", Optional.of(a), b)).isFalse();
        assertThat(store().pointer("newest")).isEmpty();
        store().casPointer("newest", Optional.empty(), a);
        assertThat(store().casPointer("newest", Optional.empty(), b)).isFalse();
        assertThat(store().casPointer("newest", Optional.of(b), b)).isFalse();
        assertThat(store().pointer("newest")).contains(a);
    }

    @Test
    void casPointer_toMissingBlob_refused() {
        assertReason(BlobException.Reason.MISSING, () -> store().casPointer("newest", Optional.empty(), ABSENT));
        assertThat(store().pointer("newest")).isEmpty();
    }

    @Test
    void pointer_nameThatIsAPath_refused() {
        for (String name : List.of("", "..", ".hidden", "a/b", "../x", "A", "a".repeat(65)))
            assertThatThrownBy(() -> store().pointer(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pointer name");
    }

    @Test
    void casPointer_sixteenThreads_everyMoveIsFromWhatItExpected() throws Exception {
        List<Sha256> blobs = new ArrayList<>();
        for (int i = 0; i < 16; i++) blobs.add(store().put(bytes(8, i)));
        store().casPointer("newest", Optional.empty(), blobs.getFirst());
        var moves = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (int t = 0; t < 16; t++) {
                int seed = t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        Sha256 seen = store().pointer("newest").orElseThrow();
                        Sha256 next = blobs.get((blobs.indexOf(seen) + 1) % blobs.size());
                        if (store().casPointer("newest", Optional.of(seen), next)) moves.incrementAndGet();
                        assertThat(store().get(store().put(bytes(100, seed * 100L + i))))
                                .hasSize(100);
                    }
                }));
            }
        }
        for (Future<?> one : all) one.get();
        assertThat(store().pointer("newest")).contains(blobs.get(moves.get() % blobs.size()));
        assertThat(store().list()).hasSize(16 + 16 * 20);
    }
}
