package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.Heartbeat;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent.Dropped;
import org.decentralizedai.worker.WorkerEvent.Judged;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.decentralizedai.worker.WorkerEvent.Progress;
import org.decentralizedai.worker.WorkerEvent.State;
import org.junit.jupiter.api.Test;

/** Tasks from request to verdict, and what a visitor does meanwhile. */
class WorkerSessionTest extends WorkerSessionFixture {
    @Test
    void session_twoTasks_computesAndDeliversBoth() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        run(2);
        assertExactUpdate(FIRST);
        assertExactUpdate(SECOND);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED, VerdictCode.ACCEPTED);
        assertThat(events(Judged.class).getLast().tasksAccepted()).isEqualTo(2);
        assertThat(server.heard.getFirst()).isEqualTo(new Hello(KEY, "reference", true, 1, 1 << 27));
        assertThat(events(Progress.class)).hasSize(2 * Fixture.STEPS.steps());
        assertThat(events(Progress.class).getFirst().tokensPerSecond())
                .isEqualTo(20 / (FakeDevices.READ_MILLIS / 1000), within(1e-9));
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
        assertThat(devices.closed).isEqualTo(1);
        UpdateBegin begin = server.heard(UpdateBegin.class).getFirst();
        assertThat(begin.tokens()).isEqualTo(60);
        assertThat(begin.hash()).isEqualTo(JvmDigest.INSTANCE.sha256(accepted(FIRST)));
        assertThat(begin.firstLoss()).isEqualTo(events(Progress.class).get(0).loss());
        assertThat(begin.lastLoss()).isEqualTo(events(Progress.class).get(2).loss());
    }

    @Test
    void session_updateRefused_showsWhyAndGoesOn() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.verdicts.add(VerdictCode.NOT_FINITE);
        run(2);
        assertThat(events(Judged.class))
                .containsExactly(
                        new Judged(VerdictCode.NOT_FINITE, "said the server", 60, 0, 1),
                        new Judged(VerdictCode.ACCEPTED, "said the server", 60, 1, 1));
    }

    /** It was counted and paid, or another's was: nothing of this worker's was wrong. */
    @Test
    void session_duplicate_isNoRefusedWork() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.verdicts.add(VerdictCode.DUPLICATE);
        run(2);
        assertThat(verdicts()).containsExactly(VerdictCode.DUPLICATE, VerdictCode.ACCEPTED);
        assertThat(events(Judged.class).getLast().tasksAccepted()).isEqualTo(1);
        assertThat(events(Judged.class).getLast().tasksRefused()).isZero();
    }

    @Test
    void session_serverCouldNotStore_offersItAgain() {
        server.answers.add(fixture.task(1));
        server.verdicts.add(VerdictCode.UNAVAILABLE);
        run(1);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED);
        assertThat(server.heard(UpdateBegin.class)).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_banned_fails() {
        server.answers.add(fixture.task(1));
        server.verdicts.add(VerdictCode.BANNED);
        run(2);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "said the server"));
    }

    @Test
    void session_idle_asksAgainWhenTold() {
        server.answers.add(new Idle(IdleReason.PAUSED, 5000));
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(events(State.class)).contains(new State(Phase.WAITING, "Training is paused."));
        assertThat(world.millis()).isGreaterThan(5000);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_taskPushedWhileIdle_takesIt() {
        server.answers.add(new Idle(IdleReason.ROUND_FULL, 60_000));
        world.in(2000, () -> server.connection().say(fixture.task(1)));
        run(1);
        assertThat(world.millis()).isLessThan(10_000);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_cancelledInMidTask_dropsItAtOnceAndAsksForAnother() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(new Cancel(FIRST, "the round has closed"));
        };
        run(1);
        assertThat(events(Dropped.class)).containsExactly(new Dropped("the round has closed"));
        assertThat(server.heard(Abandon.class)).isEmpty();
        assertThat(server.accepted).doesNotContainKey(FIRST);
        assertThat(devices.reads)
                .isEqualTo(1 + Fixture.STEPS.steps() + 1); // its first step; then a task and its update
        assertExactUpdate(SECOND);
    }

    @Test
    void session_otherLeaseCancelled_computesOn() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(new Cancel(SECOND, "old"));
        };
        run(1);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_secondTaskWhileBusy_givesItBack() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(fixture.task(2));
        };
        run(1);
        assertThat(server.heard(Abandon.class)).extracting(Abandon::lease).containsExactly(SECOND);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_stoppedInMidTask_sendsTheStepsThatAreDone() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 2) world.put(new Event.Stop());
        };
        run(2);
        assertThat(events(Progress.class)).hasSize(2);
        assertThat(server.heard(Abandon.class)).isEmpty();
        assertUpdateOf(2);
        UpdateBegin begin = server.heard(UpdateBegin.class).getFirst();
        assertThat(begin.steps()).isEqualTo(2);
        assertThat(begin.tokens()).isEqualTo(40);
        assertThat(begin.lastLoss()).isEqualTo(events(Progress.class).get(1).loss());
        assertThat(begin.millis()).isEqualTo(2 * (int) FakeDevices.READ_MILLIS);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED);
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
        assertThat(devices.closed).isEqualTo(devices.opened);
    }

    private void assertUpdateOf(int steps) {
        assertThat(accepted(FIRST)).isEqualTo(update(Fixture.STEPS.sized(steps, Fixture.STEPS.batch())));
    }

    @Test
    void session_stoppedDuringARest_doesNotRestOn() {
        power.set(0.05); // 1.9 s of rest
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) world.in(300, () -> world.put(new Event.Stop()));
        };
        run(2);
        assertUpdateOf(1);
        assertThat(world.millis()).isLessThan(1000);
    }

    @Test
    void session_stoppedTwice_endsAtOnce() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read != 1) return;
            world.put(new Event.Stop());
            world.put(new Event.Stop());
        };
        server.answersUpdates = false;
        run(1);
        assertThat(world.millis()).isLessThan(1000);
        assertThat(server.heard(Abandon.class)).extracting(Abandon::lease).containsExactly(FIRST);
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
    }

    @Test
    void session_stoppedAndTheServerSilent_endsAfterAWhile() {
        server.answers.add(fixture.task(1));
        server.answersUpdates = false;
        devices.beforeRead = read -> {
            if (read == 1) world.put(new Event.Stop());
        };
        run(1);
        assertThat(server.heard(UpdateBegin.class)).hasSize(1);
        assertThat(world.millis()).isBetween(30_000.0, 40_000.0);
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
    }

    @Test
    void session_leaseNearlyOver_sendsTheStepsThatAreDone() {
        server.answers.add(fixture.task(1)); // of a minute
        devices.beforeRead = read -> world.pass(22_000);
        run(1);
        assertUpdateOf(2);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED);
    }

    @Test
    void session_longTask_renewsItsLease() {
        server.answers.add(fixture.task(1));
        power.set(0.05); // 100 ms of work, then 1.9 s of rest; a heartbeat is due each second
        run(1);
        assertThat(server.heard(Heartbeat.class))
                .hasSizeBetween(4, 6)
                .allMatch(h -> h.lease().equals(FIRST));
    }

    @Test
    void session_quarterPower_restsThreeTimesAsLongAsItComputes() {
        server.answers.add(fixture.task(1));
        run(1);
        double full = world.millis();
        power.set(0.25);
        server.answers.add(fixture.task(2));
        run(2);
        double rested = world.millis() - full - full;
        assertThat(rested).isEqualTo(3 * 3 * FakeDevices.READ_MILLIS, within(50.0));
    }

    @Test
    void session_powerRaisedDuringRest_restEndsEarly() {
        power.set(0.05); // 1.9 s of rest
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1)
                world.in(300, () -> {
                    power.set(1);
                    world.put(new Event.Wake());
                });
        };
        run(1);
        assertThat(world.millis()).isLessThan(1000);
    }
}
