package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.decentralizedai.worker.WorkerEvent.Planned;
import org.decentralizedai.worker.WorkerEvent.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that are missing, too small or lost, and how they are prepared for tasks. */
class WorkerSessionDeviceTest extends WorkerSessionFixture {
    @Test
    void session_noDevice_failsWithoutConnecting() {
        devices.none = true;
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "This browser has no WebGPU."));
        assertThat(server.connectedAt).isEmpty();
    }

    @Test
    void session_deviceTooSmall_refusesInWordsBeforeItTakesAnything() {
        devices.memory = new DeviceMemory(500_000, 1 << 27);
        server.answers.add(fixture.task(1));
        run(1);
        String sentence = end().reason();
        assertThat(sentence).matches("This task needs 1\\.\\d MB of buffers; this device allows 0\\.5 MB\\.");
        assertThat(end().phase()).isEqualTo(Phase.FAILED);
        assertThat(server.heard(Abandon.class)).containsExactly(new Abandon(FIRST, sentence));
        assertThat(devices.allocations).isZero();
        assertThat(fixture.blobs.asked).isEmpty();
        assertThat(devices.closed).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"PRODUCTS", "NOTHING"})
    void session_deviceTooSmallToKeepActivations_makesThemAgainToTheSameUpdate(Keeping keeping) {
        var shape = TaskShape.of(Fixture.MODEL, Fixture.STEPS);
        long all = MemoryPlan.keeping(shape).bytes();
        long room = keeping == Keeping.PRODUCTS
                ? all - 1
                : MemoryPlan.recomputing(shape).bytes();
        devices.memory = new DeviceMemory(room, 1 << 27);
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(events(Planned.class)).hasSize(1).allSatisfy(plan -> {
            assertThat(plan.keeping()).isEqualTo(keeping);
            assertThat(plan.bytes()).isLessThan(all);
        });
        assertExactUpdate(FIRST);
    }

    @Test
    void session_deviceLost_abandonsOpensAnotherAndGoesOn() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        devices.beforeRead = read -> {
            if (read == 2) throw new KernelException("device lost: the driver was reset");
        };
        run(1);
        assertThat(server.heard(Abandon.class))
                .singleElement()
                .satisfies(abandon -> assertThat(abandon.reason()).contains("the driver was reset"));
        assertThat(devices.opened).isEqualTo(2);
        assertThat(devices.closed).isEqualTo(2);
        assertExactUpdate(SECOND);
        assertThat(events(Planned.class))
                .as("maybe it was short of memory")
                .extracting(Planned::keeping)
                .containsExactly(Keeping.ALL, Keeping.NOTHING);
    }

    @Test
    void session_deviceLostAgainAndAgain_fails() {
        for (int i = 1; i <= 9; i++) server.answers.add(fixture.task(i));
        devices.beforeRead = _ -> {
            throw new KernelException("device lost");
        };
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "the GPU failed 4 times: device lost"));
        assertThat(devices.closed).isEqualTo(devices.opened);
    }

    @Test
    void session_taskOfAnotherShape_usesFreshMemory() {
        GradientTask task = fixture.task(1);
        var steps = new LocalSteps(3, 4, 4, 5, 0.01, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                task.checkpoint(),
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                steps,
                task.form(),
                false,
                1000));
        server.answers.add(fixture.task(2));
        run(2);
        assertExactUpdate(SECOND);
    }

    @Test
    void session_contextLongerThanTheModels_refusesTask() {
        GradientTask task = fixture.task(1);
        var steps = new LocalSteps(3, 4, 4, 9, 0.01, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                task.checkpoint(),
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                steps,
                task.form(),
                false,
                1000));
        server.answers.add(fixture.task(2));
        run(1);
        assertThat(server.heard(Abandon.class))
                .singleElement()
                .satisfies(abandon -> assertThat(abandon.reason()).contains("context must be <= 8"));
        assertExactUpdate(SECOND);
    }

    @Test
    void session_auditableTasksAmongOthers_areComputedByStandardKernels() {
        boolean[] auditable = {false, false, true, true, false};
        for (int i = 0; i < auditable.length; i++) server.answers.add(fixture.task(1 + i, auditable[i]));
        run(auditable.length);
        assertThat(devices.chosen).containsExactly("tuned", "standard", "standard", "tuned");
        assertThat(events(State.class))
                .filteredOn(state -> state.phase() == Phase.TUNING)
                .hasSize(2);
    }
}
