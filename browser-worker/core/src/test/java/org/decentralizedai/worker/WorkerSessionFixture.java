package org.decentralizedai.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent.Judged;
import org.decentralizedai.worker.WorkerEvent.State;

/** A session in simulated time, with everything around it played by fakes, and what is seen of it from outside. */
abstract class WorkerSessionFixture {
    static final String KEY = "0123456789abcdef0123456789abcdef";
    static final Lease FIRST = new Lease(1, 1), SECOND = new Lease(2, 1);

    final Fixture fixture = new Fixture();
    final World world = new World();
    final FakeServer server = new FakeServer(world, Fixture.MODEL);
    final FakeDevices devices = new FakeDevices(world);
    final FakeBlobs weights = new FakeBlobs(), corpus = new FakeBlobs();
    final Power power = new Power(1);
    final List<WorkerEvent> events = new ArrayList<>();

    /** Runs until the given number of verdicts, or until the session ends by itself. */
    void run(int verdicts) {
        WorkerListener listener = event -> {
            events.add(event);
            if (event instanceof Judged && events(Judged.class).size() == verdicts) world.put(new Event.Stop());
        };
        new WorkerSession(
                        new WorkerPorts(
                                server,
                                world,
                                devices,
                                fixture.blobs,
                                weights,
                                corpus,
                                JvmDigest.INSTANCE,
                                world,
                                listener),
                        KEY,
                        power)
                .run();
    }

    <E extends WorkerEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    State end() {
        return (State) events.getLast();
    }

    List<VerdictCode> verdicts() {
        return events(Judged.class).stream().map(Judged::code).toList();
    }

    void assertExactUpdate(Lease lease) {
        assertThat(accepted(lease)).isEqualTo(update(Fixture.STEPS));
    }

    /** Of a task of these steps. */
    byte[] update(LocalSteps steps) {
        return UpdateCodec.encode(
                UpdateEncoding.F32,
                LocalTraining.compute(
                                new ReferenceKernels(),
                                Fixture.MODEL,
                                fixture.file,
                                fixture.file.length - 4 * fixture.weights.length,
                                steps,
                                fixture.windows())
                        .update());
    }

    byte[] accepted(Lease lease) {
        return requireNonNull(server.accepted.get(lease), "no update was accepted");
    }
}
