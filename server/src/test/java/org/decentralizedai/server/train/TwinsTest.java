package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TwinsTest {
    private static final String ADA = "203.0.113.1", BOB = "203.0.113.2", OTHER = "203.0.113.3";
    private static final Duration TASK_TIME = Duration.ofSeconds(Courtroom.TASK_SECONDS);
    private static final Fit WHOLE = Fit.whole(Courtroom.STEPS);
    private static final Fit SMALL = new Fit(Courtroom.STEPS, 1, 1);

    @TempDir
    Path folder;

    private record Caller(String id, String address) implements Worker {
        @Override
        public ClientMessage.Hello hello() {
            return new ClientMessage.Hello("0".repeat(32), "test", true, 1, Long.MAX_VALUE);
        }

        @Override
        public void send(ServerMessage message) {}

        @Override
        public void close(int code, String reason) {}
    }

    static Twins twins(Courtroom court) {
        return new Twins(
                court.tasks,
                court.reputation,
                new Verification(null, Replication.ALWAYS, Lot.of(1)),
                court.clock,
                (_, _) -> false,
                round -> round == 0);
    }

    /** The first of many newcomers to whom the lot gives something. */
    static Optional<String> taker(Courtroom court, Twins twins, String name, String address, Fit fit) {
        return IntStream.range(0, 20)
                .mapToObj(i -> new Caller(name + i, address))
                .filter(caller ->
                        twins.next(caller, fit, court.plan(), TASK_TIME).isPresent())
                .map(Caller::id)
                .findFirst();
    }

    static Lease offered(Courtroom court, Twins twins) {
        var task = court.give("ada");
        twins.given(task, new Caller("ada", ADA), court.plan(), TASK_TIME);
        return task;
    }

    @Test
    void offer_goesToAnotherAccountOfAnotherAddress() {
        try (var court = new Courtroom(folder, false)) {
            var twins = twins(court);
            offered(court, twins);
            assertThat(taker(court, twins, "eve", ADA, WHOLE)).isEmpty();
            assertThat(taker(court, twins, "eve", OTHER, SMALL)).isEmpty();
            assertThat(taker(court, twins, "bob", BOB, WHOLE)).isPresent();
        }
    }

    /** Else one household of three accounts would outvote the honest one of two. */
    @Test
    void dispute_goesToNobodyOfAnAddressOfThoseWhoDiffer_norToWhoIsTooSlow() {
        try (var court = new Courtroom(folder, false)) {
            var twins = twins(court);
            var task = offered(court, twins);
            var bob = taker(court, twins, "bob", BOB, WHOLE).orElseThrow();
            twins.dispute(task, 0, Set.of("ada", bob));
            assertThat(taker(court, twins, "eve", ADA, WHOLE)).isEmpty();
            assertThat(taker(court, twins, "eve", BOB, WHOLE)).isEmpty();
            assertThat(taker(court, twins, "eve", OTHER, SMALL)).isEmpty();
            assertThat(twins.seeks(task.taskId())).isTrue();
            assertThat(taker(court, twins, "eve", OTHER, WHOLE)).isPresent();
            assertThat(twins.seeks(task.taskId())).isFalse();
        }
    }

    /** Else a hand of many keys would take offers and give them back until its friend's comes, or until none is left. */
    @Test
    void offerThatIsGivenBack_returns_butNotToWhoeverGaveItBack() {
        try (var court = new Courtroom(folder, false)) {
            var twins = twins(court);
            var task = offered(court, twins);
            var bob = new Caller(taker(court, twins, "bob", BOB, WHOLE).orElseThrow(), BOB);
            assertThat(twins.seeks(task.taskId())).isFalse();
            var replica = court.tasks.twins(task.taskId()).getFirst();
            court.tasks.release(new Lease(replica.id(), replica.fence()), bob.id());
            assertThat(twins.seeks(task.taskId())).isTrue();
            var other = court.give("zoe");
            twins.given(other, new Caller("zoe", "203.0.113.9"), court.plan(), TASK_TIME);
            assertThat(twins.next(bob, WHOLE, court.plan(), TASK_TIME))
                    .as("of no task in this round")
                    .isEmpty();
            assertThat(taker(court, twins, "eve", OTHER, WHOLE)).isPresent();
            assertThat(taker(court, twins, "max", "203.0.113.4", WHOLE)).isPresent();
            assertThat(court.tasks.twins(task.taskId())).hasSize(2);
        }
    }

    /** Who only says that it is still at it stops nobody. */
    @Test
    void replicaThatTakesTooLong_isOfferedToOthers() {
        try (var court = new Courtroom(folder, false)) {
            var twins = twins(court);
            var task = offered(court, twins);
            var bob = taker(court, twins, "bob", BOB, WHOLE).orElseThrow();
            var replica = court.tasks.twins(task.taskId()).getFirst();
            var lease = new Lease(replica.id(), replica.fence());
            for (int i = 0; i < 2 * Courtroom.TASK_SECONDS; i++) {
                court.clock.advance(Duration.ofSeconds(1));
                assertThat(court.tasks.renew(lease, bob, Duration.ofSeconds(30)))
                        .isTrue();
                assertThat(twins.seeks(task.taskId())).isFalse();
            }
            court.clock.advance(Duration.ofSeconds(1));
            assertThat(twins.seeks(task.taskId())).isTrue();
            assertThat(twins.overdue(replica.id())).isTrue();
            assertThat(taker(court, twins, "eve", OTHER, WHOLE)).isPresent();
        }
    }

    @Test
    void inTime_isAsLongAsATaskShouldTake() {
        try (var court = new Courtroom(folder, false)) {
            var twins = twins(court);
            var task = offered(court, twins);
            assertThat(taker(court, twins, "bob", BOB, WHOLE)).isPresent();
            long replica = court.tasks.twins(task.taskId()).getFirst().id();
            assertThat(twins.inTime(replica, Duration.ofSeconds(Courtroom.TASK_SECONDS - 1)))
                    .isFalse();
            court.clock.advance(Duration.ofSeconds(1));
            assertThat(twins.inTime(replica, Duration.ofSeconds(Courtroom.TASK_SECONDS - 1)))
                    .isTrue();
        }
    }
}
