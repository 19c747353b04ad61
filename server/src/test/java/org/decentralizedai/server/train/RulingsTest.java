package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.server.verify.Agreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RulingsTest {
    private static final float HONEST = 0.01f, LIE = -0.01f;
    private static final Agreement NONE = new Agreement(2, -1);

    @TempDir
    Path folder;

    @Test
    void two_thatAgree_areBothGood() {
        try (var court = new Courtroom(folder, true)) {
            var task = court.give("ada");
            var twin = court.send(court.giveToo(task, "bob"), "bob", HONEST);
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
            court.send(court.giveToo(task, "bob"), "bob", LIE);
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
            court.send(court.giveToo(task, "bob"), "bob", HONEST);
            court.send(court.giveToo(task, "eve"), "eve", HONEST);
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
            court.rulings.listen(_ -> {}, () -> {
                if (failures.getAndIncrement() == 0) throw new IllegalStateException("the round cannot be closed");
            });
            for (String account : List.of("ada", "bob")) {
                var task = court.give(account);
                var twin = court.giveToo(task, "eve");
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
            var fake = court.send(court.giveToo(task, "bob"), "bob", LIE);
            court.audits.caught(fake, NONE, 0, 0);
            var accomplice = court.send(task, "ada", LIE);
            assertThat(court.claims(task).count()).isEqualTo(1);
            assertThat(court.claims(task).likeAFake(0)).isTrue();
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
            var fake = court.send(court.giveToo(task, "bob"), "bob", LIE);
            court.audits.caught(fake, NONE, 0, 0);
            var liar = court.send(court.giveToo(task, "eve"), "eve", LIE);
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
            var twin = court.giveToo(task, "bob");
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
}
