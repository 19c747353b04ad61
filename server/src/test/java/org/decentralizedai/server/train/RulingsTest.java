package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RulingsTest {
    private static final float HONEST = 0.01f, LIE = -0.01f;
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Agreement NONE = new Agreement(2, -1);

    @TempDir
    Path folder;

    @Test
    void two_thatAgree_areBothGood() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            var twin = court.send(court.replica(task, "bob"), "bob", HONEST);
            court.rulings.look(court.send(task, "ada", HONEST));
            assertThat(court.isOpen(twin)).isFalse();
            assertThat(court.computes).isEmpty();
            assertThat(court.audits.counts().agreed()).isEqualTo(2);
            assertThat(court.reputation.trust("ada").valid()).isEqualTo(1);
        }
    }

    @Test
    void two_thatDiffer_areTheServersToDecide() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            court.send(court.replica(task, "bob"), "bob", LIE);
            court.rulings.look(court.send(task, "ada", HONEST));
            assertThat(court.computes).containsExactly(task.taskId()); // and the other's after that
            assertThat(court.audits.counts().agreed()).isZero();
            assertThat(court.audits.counts().caught()).isZero();
        }
    }

    @Test
    void one_againstTwoWithoutAuditors_isTheCheat() {
        try (var court = new Courtroom(folder, false)) {
            var task = court.give("ada");
            court.send(court.replica(task, "bob"), "bob", HONEST);
            court.send(court.replica(task, "eve"), "eve", HONEST);
            court.rulings.look(court.send(task, "ada", LIE));
            assertThat(court.audits.caught(task.taskId())).isTrue();
            assertThat(court.audits.counts().agreed()).isEqualTo(2);
            assertThat(court.tasks.find(task.taskId()).orElseThrow().worker()).isEqualTo(Audits.AUDITOR);
        }
    }

    /** As each is when it comes. */
    @Test
    void lookAgain_oneFails_looksAtTheOthers() {
        try (var court = new Courtroom(folder, false)) {
            var failures = new AtomicInteger();
            court.verdicts.listen(_ -> {}, () -> {
                if (failures.getAndIncrement() == 0) throw new IllegalStateException("the round cannot be closed");
            });
            for (String account : List.of("ada", "bob")) {
                var task = court.give(account);
                var twin = court.replica(task, "eve");
                court.rulings.look(court.send(task, account, HONEST));
                court.tasks.release(twin, "eve");
            }
            assertThat(court.audits.counts().missed()).isZero();
            court.rulings.lookAgain();
            assertThat(failures).hasValue(2);
            assertThat(court.audits.counts().missed()).isEqualTo(2);
        }
    }

    /** The twin's row is in no mean, so that nothing stands in for it when it is found. */
    @Test
    void fakeThatWasFound_vouchesForNobody() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            var fake = court.send(court.replica(task, "bob"), "bob", LIE);
            court.audits.caught(fake, NONE, 0, 0);
            var accomplice = court.send(task, "ada", LIE);
            assertThat(court.claims(task).count()).isEqualTo(1);
            assertThat(court.claims(task).repeatsFake(0)).isTrue();
            court.rulings.look(accomplice);
            assertThat(court.computes).containsExactly(task.taskId());
            assertThat(court.audits.agreed(task.taskId())).isFalse();
            assertThat(court.reputation.trust("ada").valid()).isZero();
        }
    }

    /** With it the lie would have two accounts against one. */
    @Test
    void fakeThatWasFound_suspectsNobody() {
        try (var court = new Courtroom(folder, false)) {
            var task = court.give("ada");
            var fake = court.send(court.replica(task, "bob"), "bob", LIE);
            court.audits.caught(fake, NONE, 0, 0);
            var liar = court.send(court.replica(task, "eve"), "eve", LIE);
            var honest = court.send(task, "ada", HONEST);
            court.rulings.look(honest);
            assertThat(court.audits.counts().caught())
                    .as("of bob, eve and ada, bob alone")
                    .isEqualTo(1);
            assertThat(court.audits.counts().missed()).isEqualTo(2);
            assertThat(court.isOpen(liar)).isFalse();
        }
    }

    @Test
    void auditorsUpdateInPlaceOfAFake_vouches() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            var twin = court.replica(task, "bob");
            var fake = court.send(task, "ada", LIE);
            court.audits.caught(fake, NONE, 0, 0);
            long instead = court.log(task, Audits.AUDITOR, HONEST);
            assertThat(court.tasks.replace(task.taskId(), fake.position(), Audits.AUDITOR, instead))
                    .isTrue();
            court.rulings.look(court.send(twin, "bob", HONEST));
            assertThat(court.audits.agreed(twin.taskId())).isTrue();
            assertThat(court.computes).isEmpty();
        }
    }

    /** The auditor takes longer than rounds do. */
    @Test
    void dispute_waitsForTheServerHoweverManyRoundsThatTakes_andTheLateVerdictPunishes() {
        try (var court = new Courtroom(folder, true)) {
            var before = court.give("zoe");
            court.rulings.look(court.send(before, "zoe", HONEST)); // nobody else: the server computes it first
            var task = court.give("ada");
            var twin = court.send(court.replica(task, "bob"), "bob", LIE);
            var honest = court.send(task, "ada", HONEST);
            court.rulings.look(honest);
            court.rounds(AuditedRounds.LONGEST - 1);
            assertThat(court.isOpen(honest)).isTrue();
            assertThat(court.isOpen(twin)).isTrue();
            court.auditorSays(HONEST);
            assertThat(court.computes).startsWith(before.taskId()).hasSize(2);
            court.rounds(AuditedRounds.LONGEST); // it is begun
            court.auditorSays(HONEST);
            assertThat(court.audits.agreed(before.taskId())).isTrue();
            assertThat(court.audits.agreed(task.taskId())).isTrue();
            assertThat(court.audits.caught(twin.lease().taskId())).isTrue();
        }
    }

    @Test
    void dispute_thatIsNotBegunForTooManyRounds_isMissed() {
        try (var court = new Courtroom(folder, true)) {
            court.rulings.look(court.send(court.give("zoe"), "zoe", HONEST));
            var task = court.give("ada");
            court.send(court.replica(task, "bob"), "bob", LIE);
            court.rulings.look(court.send(task, "ada", HONEST));
            court.rounds(AuditedRounds.LONGEST);
            assertThat(court.audits.counts().missed()).isEqualTo(2);
            court.auditorSays(HONEST);
            assertThat(court.computes).hasSize(1);
        }
    }

    /** Each has a checkpoint that would be kept. The oldest are computed next. */
    @Test
    void disputes_ofTooManyRounds_theNewestAreMissed() {
        try (var court = new Courtroom(folder, true)) {
            var audits = new ArrayList<Audit>();
            for (int round = 0; round < AuditedRounds.MOST + 2; round++) {
                var task = court.give("ada");
                court.send(court.replica(task, "bob"), "bob", LIE);
                audits.add(court.send(task, "ada", HONEST));
                court.rulings.look(audits.getLast());
                court.rounds(1);
            }
            court.rounds(OpenRounds.EARLIER + 1);
            assertThat(audits.subList(0, AuditedRounds.MOST)).allMatch(court::isOpen);
            assertThat(audits.subList(AuditedRounds.MOST, audits.size())).noneMatch(court::isOpen);
        }
    }

    @Test
    void dispute_goesBeforeWhatNobodyQuarrelsAbout() {
        try (var court = new Courtroom(folder, true)) {
            for (String account : List.of("zoe", "yan"))
                court.rulings.look(court.send(court.give(account), account, HONEST));
            var task = court.give("ada");
            court.send(court.replica(task, "bob"), "bob", LIE);
            court.rulings.look(court.send(task, "ada", HONEST));
            court.auditorSays(HONEST);
            assertThat(court.computes).hasSize(2).endsWith(task.taskId());
        }
    }

    /** What is routine may be computed as long as its round is open; what is begun then, to its end. */
    @Test
    void routine_waitsWhileItsRoundIsOpen() {
        try (var court = new Courtroom(folder, true)) {
            var begun = court.send(court.give("zoe"), "zoe", HONEST);
            var waits = court.send(court.give("ada"), "ada", HONEST);
            court.rulings.look(begun);
            court.rulings.look(waits);
            court.rounds(OpenRounds.EARLIER);
            assertThat(court.isOpen(waits)).isTrue();
            court.rounds(1);
            assertThat(court.isOpen(waits)).isFalse();
            assertThat(court.audits.counts().missed()).isEqualTo(1);
            court.auditorSays(HONEST);
            assertThat(court.audits.agreed(begun.lease().taskId())).isTrue();
            assertThat(court.computes).hasSize(1);
        }
    }

    @Test
    void volunteersAlone_ofAnUnprovenAccount_areNotEnoughForPay() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            for (int i = 0; i < Trust.PROVEN; i++)
                court.audits.agreed(court.reputation.audit(new Lease(1_000 + i, 1), 0, "bob", 0), NONE, true);
            var twin = court.send(court.replica(task, "bob"), "bob", HONEST);
            court.rulings.look(court.send(task, "ada", HONEST));
            assertThat(court.isOpen(twin)).isFalse();
            assertThat(court.reputation.trust("ada").valid()).isEqualTo(1);
            assertThat(court.audits.agreed(task.taskId())).as("ada is unproven").isFalse();
            assertThat(court.audits.agreed(twin.lease().taskId())).isTrue();
        }
    }

    /** Else whoever sees that it has a replica's task, or fears that it has one, would send a step less, and nobody could compare. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneStepFewer_isComparedWithAnother(boolean auditor) {
        try (var court = new Courtroom(folder, auditor)) {
            var twins = TwinsTest.twins(court);
            court.rulings.by(court.server, twins);
            if (auditor) { // that has more to do than it can
                for (int i = 0; i < 2; i++) court.rulings.look(court.send(court.give("zoe"), "zoe", HONEST));
            }
            var task = court.give("ada");
            court.send(court.replica(task, "bob"), "bob", HONEST);
            var evader = court.send(task, "ada", LIE, Courtroom.STEPS.steps() - 1);
            court.rulings.look(evader);
            assertThat(court.isOpen(evader)).isTrue();
            assertThat(court.computes).doesNotContain(task.taskId());
            var eve = TwinsTest.taker(court, twins, "eve", "203.0.113.3", Fit.whole(Courtroom.STEPS))
                    .orElseThrow();
            var replica = court.tasks.twins(task.taskId()).getLast();
            assertThat(replica.work())
                    .isEqualTo(court.tasks.find(task.taskId()).orElseThrow().work());
            court.rulings.look(court.send(new Lease(replica.id(), replica.fence()), eve, HONEST, 1));
            if (!auditor)
                assertThat(court.audits.counts().agreed())
                        .as("one word against another")
                        .isZero();
            else {
                court.auditorSays(HONEST);
                court.auditorSays(HONEST);
                assertThat(court.audits.caught(task.taskId())).isTrue();
            }
        }
    }

    /** Who gave a replica back has said nothing: the third of those who differ is still asked. */
    @Test
    void tieWithoutAuditors_afterOneHasGivenBack_asksAThird() {
        try (var court = new Courtroom(folder, false)) {
            var twins = TwinsTest.twins(court);
            court.rulings.by(null, twins);
            var task = TwinsTest.offered(court, twins);
            var whole = Fit.whole(Courtroom.STEPS);
            var bob = TwinsTest.taker(court, twins, "bob", "203.0.113.2", whole).orElseThrow();
            var burnt = court.tasks.twins(task.taskId()).getLast();
            court.tasks.release(new Lease(burnt.id(), burnt.fence()), bob);
            var eve = TwinsTest.taker(court, twins, "eve", "203.0.113.3", whole).orElseThrow();
            var replica = court.tasks.twins(task.taskId()).getLast();
            court.send(new Lease(replica.id(), replica.fence()), eve, LIE);
            var audit = court.send(task, "ada", HONEST);
            court.rulings.look(audit);
            assertThat(court.isOpen(audit)).isTrue();
            assertThat(twins.seeks(task.taskId())).isTrue();
            assertThat(TwinsTest.taker(court, twins, "max", "203.0.113.2", whole))
                    .as("of an address that had it")
                    .isEmpty();
            assertThat(TwinsTest.taker(court, twins, "max", "203.0.113.4", whole))
                    .isPresent();
        }
    }

    /** Who may be waited for when a round is full. */
    @Test
    void inTime_isWhatTheServerCanDo() {
        try (var court = new Courtroom(folder, true)) {
            var first = court.send(court.give("zoe"), "zoe", HONEST);
            var second = court.send(court.give("ada"), "ada", HONEST);
            court.rulings.look(first);
            court.rulings.look(second);
            assertThat(court.rulings.inTime(first, TEN_SECONDS))
                    .as("nobody knows yet")
                    .isTrue();
            assertThat(court.rulings.inTime(second, TEN_SECONDS)).isFalse();
            court.clock.advance(Duration.ofSeconds(240));
            court.auditorSays(HONEST);
            assertThat(court.rulings.inTime(second, TEN_SECONDS)).isFalse();
            court.clock.advance(Duration.ofSeconds(231));
            assertThat(court.rulings.inTime(second, TEN_SECONDS)).isTrue();
        }
    }

    @Test
    void inTime_isWhatATwinThatWorksCanDo() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            var replica = court.replica(task, "bob");
            var audit = court.send(task, "ada", HONEST);
            court.rulings.look(audit);
            assertThat(court.rulings.inTime(audit, TEN_SECONDS)).isTrue();
            court.tasks.release(replica, "bob");
            assertThat(court.rulings.inTime(audit, TEN_SECONDS)).isFalse();
        }
    }
}
