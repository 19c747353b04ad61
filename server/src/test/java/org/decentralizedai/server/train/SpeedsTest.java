package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.UUID;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SpeedsTest {
    private static final ModelConfig MODEL = ModelConfig.nano();
    private static final double GUESS = 100; // tokens a second
    private static final Duration HELD = Duration.ofSeconds(10);

    private final Database database = Database.open(
            "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    private final WorkerLedger workers = new WorkerLedger(database, new MutableClock());
    private final Speeds speeds = new Speeds(workers, MODEL);
    private final Worker worker = new Worker() {
        @Override
        public String id() {
            return "worker";
        }

        @Override
        public ClientMessage.Hello hello() {
            double flops = GUESS * MODEL.trainingFlopsPerToken() / Speeds.EFFICIENCY;
            return new ClientMessage.Hello("0".repeat(32), "test", false, 1e-9 * flops, Long.MAX_VALUE);
        }

        @Override
        public void send(ServerMessage message) {}

        @Override
        public void close(int code, String reason) {}
    };

    @BeforeEach
    void seen() {
        workers.seen("worker", "test", false, 1);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void assertSpeed(double tokensPerSecond) {
        assertThat(speeds.of(worker)).isCloseTo(tokensPerSecond, within(1e-9));
    }

    @Test
    void took_whatItSays_isBelieved() {
        speeds.took("worker", 1000, 8000, HELD);
        assertSpeed(125);
        speeds.took("worker", 2000, 8000, HELD);
        assertSpeed(Math.sqrt(125 * 250));
    }

    @Test
    void took_saysAMillisecond_isBelievedTwiceWhatTheClockSaw() {
        speeds.took("worker", 1000, 1, HELD);
        assertSpeed(200);
        for (int i = 0; i < 20; i++) speeds.took("worker", 1000, 1, HELD);
        assertSpeed(200);
    }

    @Test
    void unfinished_isNoFasterThanThat() {
        speeds.unfinished(worker, 500, HELD);
        assertSpeed(Math.sqrt(100 * 50));
        speeds.unfinished(worker, 1, HELD);
        assertThat(speeds.of(worker)).as("asleep, maybe").isCloseTo(Math.sqrt(100 * 50) / 2, within(1e-9));
    }

    @Test
    void unfinished_sooner_saysNothing() {
        speeds.unfinished(worker, 5000, HELD);
        assertSpeed(GUESS);
        assertThat(workers.speed("worker")).isEmpty();
    }
}
