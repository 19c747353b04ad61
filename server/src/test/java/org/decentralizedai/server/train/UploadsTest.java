package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

final class UploadsTest {
    private static final Lease LEASE = new Lease(7, 1), OTHER = new Lease(8, 1);
    private static final int BYTES = 100;
    private static final Duration NEARLY = Uploads.PATIENCE.minusMillis(1);

    private final MutableClock clock = new MutableClock();
    private final Uploads uploads = new Uploads(clock, 2 * BYTES);

    private static UpdateBegin begin(Lease lease, String hash) {
        return new UpdateBegin(lease, BYTES, new Sha256(hash.repeat(64)), 1, 1, 5, 4, 1);
    }

    private Optional<Upload> begin(String worker, UpdateBegin begin) {
        var form = new UpdateForm(UpdateEncoding.INT8, Slice.WHOLE, 0);
        return uploads.begin(
                worker, begin, () -> new Upload(worker, begin, 0, form, new Work(0, 0, 1, 1), clock.millis()));
    }

    private Upload begun(String worker, Lease lease) {
        return begin(worker, begin(lease, "a")).orElseThrow();
    }

    private boolean append(Upload upload, int offset, int length) {
        return upload.append(new UpdateChunk(LEASE, offset, new Bytes(new byte[length])), clock.millis());
    }

    @Test
    void begin_sameAgain_goesOn_elseItStartsAfresh() {
        var upload = begun("a", LEASE);
        append(upload, 0, 40);
        assertThat(begun("a", LEASE)).isSameAs(upload);
        var another = begin("a", begin(LEASE, "b")).orElseThrow();
        assertThat(another.received()).isZero();
        assertThat(uploads.has(upload)).isFalse();
        assertThat(uploads.list()).containsExactly(another);
    }

    @Test
    void lease_twoWorkers_eachHasItsOwnUpload() {
        var upload = begun("a", LEASE);
        assertThat(uploads.find("b", LEASE)).isEmpty();
        var strangers = begun("b", LEASE);
        uploads.drop(strangers);
        assertThat(uploads.find("a", LEASE)).containsSame(upload);
    }

    @Test
    void room_isReservedWhole_andGivenBackOnce() {
        var first = begun("a", LEASE);
        begun("b", LEASE);
        assertThat(begin("c", begin(LEASE, "a"))).isEmpty();
        assertThat(begin("a", begin(LEASE, "b"))).as("instead of its first").isPresent();
        uploads.drop(first); // is not there any more
        assertThat(begin("c", begin(LEASE, "a"))).isEmpty();
        uploads.find("a", LEASE).ifPresent(uploads::drop);
        assertThat(begin("c", begin(LEASE, "a"))).isPresent();
        assertThat(begin("d", begin(LEASE, "a"))).isEmpty();
    }

    @Test
    void idle_forAMinute_isGivenUp() {
        var idle = begun("a", LEASE);
        var growing = begun("a", OTHER);
        clock.advance(NEARLY);
        append(growing, 0, 1);
        uploads.giveUpIdle();
        assertThat(uploads.list()).containsExactlyInAnyOrder(idle, growing);
        assertThat(begun("a", LEASE)).as("asked for again, and nothing sent").isSameAs(idle);
        clock.advance(Duration.ofMillis(1));
        uploads.giveUpIdle();
        assertThat(uploads.list()).containsExactly(growing);
    }

    @Test
    void complete_waitsForTheServer_howeverLong() {
        var upload = begun("a", LEASE);
        append(upload, 0, BYTES);
        clock.advance(Duration.ofHours(1));
        uploads.giveUpIdle();
        assertThat(uploads.has(upload)).isTrue();
    }

    @Test
    void append_onlyTheNextBytes() {
        var upload = begun("a", LEASE);
        assertThat(append(upload, 0, 60)).isTrue();
        assertThat(append(upload, 0, 1)).isFalse();
        assertThat(append(upload, 61, 1)).isFalse();
        assertThat(append(upload, 60, 41)).isFalse();
        assertThat(append(upload, 60, 40)).isTrue();
        assertThat(upload.complete()).isTrue();
    }
}
