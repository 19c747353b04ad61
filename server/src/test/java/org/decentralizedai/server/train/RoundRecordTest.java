package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.TestRun;
import org.junit.jupiter.api.Test;

final class RoundRecordTest {
    private static RoundRecord record(int late, boolean unproven) {
        var files = new RoundRecord.Files("aa".repeat(32), "bb".repeat(32), null, null, null, null);
        var update = new RoundRecord.Update(
                8, late, unproven, 1, "w", 64, 5.5, 5, UpdateEncoding.INT8, 0, 1, 3, "cc".repeat(32));
        return new RoundRecord(
                RoundRecord.FORMAT,
                "run",
                5,
                TestRun.recipe(2),
                64,
                files,
                List.of(update),
                List.of(),
                List.of(),
                null,
                64,
                5);
    }

    private static RoundRecord read(String json) {
        return RoundRecord.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void lateUpdate_isOfTheRoundThatItWasComputedFrom() {
        var read = RoundRecord.read(record(2, true).json());
        assertThat(read).isEqualTo(record(2, true));
        var logged = read.updates().getFirst().logged(5, new byte[3]);
        assertThat(logged.round()).isEqualTo(3);
        assertThat(logged.countsIn()).isEqualTo(5);
    }

    /** Computed by this version it would differ, and the server that closed it would be called a liar. */
    @Test
    void recordOfBefore_isRefusedWithASentence() {
        String json = new String(record(0, false).json(), StandardCharsets.UTF_8);
        assertThatThrownBy(() -> read(json.replace(RoundRecord.FORMAT, "decentralizedai.round.1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decentralizedai.round.1: verify it with the version that closed the round");
        assertThatThrownBy(() -> read("{\"format\":\"decentralizedai.round.1\",\"gone\":1}"))
                .as("whatever else is in it")
                .hasMessageContaining("verify it with the version");
    }
}
