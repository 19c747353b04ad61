package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.TaskRequest;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.CloseCode;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent.Dropped;
import org.decentralizedai.worker.WorkerEvent.Judged;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.decentralizedai.worker.WorkerEvent.Progress;
import org.decentralizedai.worker.WorkerEvent.State;
import org.junit.jupiter.api.Test;

/** Connections that break, and servers that are away, silent or not understood. */
class WorkerSessionConnectionTest extends WorkerSessionFixture {
    @Test
    void session_connectionLostInMidTask_computesOnAndDelivers() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 2) server.cut();
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.connectedAt).hasSize(2);
        assertThat(events(Progress.class)).extracting(Progress::step).containsExactly(1, 2, 3);
        List<ClientMessage> untilBegin = server.heard.subList(
                0, server.heard.indexOf(server.heard(UpdateBegin.class).getFirst()));
        assertThat(untilBegin).filteredOn(TaskRequest.class::isInstance).hasSize(1);
        assertThat(untilBegin).filteredOn(Hello.class::isInstance).hasSize(2);
    }

    @Test
    void session_connectionLostInMidUpload_resumesWhereTheServerSays() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof UpdateChunk chunk && chunk.offset() > 0 && server.connectedAt.size() == 1)
                server.cut();
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.heard(UpdateBegin.class))
                .hasSize(2)
                .allMatch(b -> b.lease().equals(FIRST));
        assertThat(server.heard(UpdateChunk.class))
                .extracting(UpdateChunk::offset)
                .containsExactly(0, FrameLayout.MAX_CHUNK, FrameLayout.MAX_CHUNK, 2 * FrameLayout.MAX_CHUNK);
    }

    @Test
    void session_serverRestartedInMidUpload_sendsAllAgain() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof UpdateChunk chunk && chunk.offset() > 0 && server.connectedAt.size() == 1) {
                server.forgetUploads();
                server.cut();
            }
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.heard(UpdateChunk.class))
                .extracting(UpdateChunk::offset)
                .startsWith(0, 65536, 0, 65536);
    }

    @Test
    void session_leaseUnknownAfterReconnect_dropsItAndAsksForAnother() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.script = message -> {
            if (message instanceof UpdateBegin begin && begin.lease().equals(FIRST))
                server.connection().say(new Verdict(FIRST, VerdictCode.UNKNOWN_LEASE, "no such lease", 0));
        };
        run(2);
        assertThat(verdicts()).containsExactly(VerdictCode.UNKNOWN_LEASE, VerdictCode.ACCEPTED);
        assertThat(events(Judged.class).getFirst().tasksRefused()).isEqualTo(1);
    }

    @Test
    void session_anotherModelAfterReconnect_dropsTheOldTask() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 2) {
                server.run = "another";
                server.cut();
                power.set(0.1); // long enough to be back before the task is done
                world.in(3000, () -> world.put(new Event.Stop()));
            }
        };
        run(1);
        assertThat(events(Dropped.class)).containsExactly(new Dropped("the server trains another model now"));
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void session_serverSpeaksAnotherVersion_failsAndDoesNotComeBack() {
        server.welcomes = false;
        server.script = message -> {
            if (message instanceof Hello) {
                byte[] frame = new byte[FrameLayout.HEADER];
                frame[0] = FrameLayout.VERSION + 1;
                server.connection().sayBytes(frame);
            }
        };
        run(1);
        assertThat(end().phase()).isEqualTo(Phase.FAILED);
        assertThat(end().reason())
                .contains("protocol version " + (FrameLayout.VERSION + 1))
                .contains("reload the page");
        assertThat(server.connectedAt).hasSize(1);
    }

    @Test
    void session_closedAsUnknownVersion_failsAndDoesNotComeBack() {
        server.script = _ -> server.connection().cut(CloseCode.UNKNOWN_VERSION, "reload the page");
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "reload the page"));
        assertThat(server.connectedAt).hasSize(1);
    }

    @Test
    void session_replacedByAnotherOfTheSameKey_leavesTheFieldToIt() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().cut(CloseCode.REPLACED, "connected from elsewhere");
        };
        power.set(0.5); // a rest, in which it hears of it
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "connected from elsewhere"));
        assertThat(server.connectedAt).hasSize(1);
        assertThat(devices.closed).isEqualTo(1);
    }

    @Test
    void session_unreadableFrame_connectsAgain() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof TaskRequest && server.connectedAt.size() == 1)
                server.connection().sayBytes(new byte[] {FrameLayout.VERSION});
        };
        server.answersRequests = false;
        server.script = server.script.andThen(_ -> server.answersRequests = server.connectedAt.size() > 1);
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_serverAway_triesEverMoreSlowly() {
        server.script = _ -> server.cut();
        world.in(600_000, () -> world.put(new Event.Stop()));
        run(1);
        List<Double> at = server.connectedAt;
        assertThat(at.size()).isBetween(20, 50);
        assertThat(at.get(1) - at.get(0)).isLessThan(510);
        assertThat(at.getLast() - at.get(at.size() - 2)).isBetween(15_000.0, 30_010.0);
        assertThat(events(State.class)).extracting(State::phase).contains(Phase.CONNECTING);
    }

    @Test
    void session_serverSilent_connectsAgain() {
        server.answersRequests = false;
        server.answers.add(fixture.task(1));
        server.script = _ -> server.answersRequests = server.connectedAt.size() > 1;
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_neverWelcomed_connectsAgain() {
        server.welcomes = false;
        server.answers.add(fixture.task(1));
        server.script = _ -> server.welcomes = server.connectedAt.size() > 1;
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }
}
