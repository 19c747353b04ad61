package org.decentralizedai.worker;

import java.util.List;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Turns a task into an update on one device: fetches weights and corpus by their hashes, trains, encodes. Keeps its memory,
 * the last checkpoint and the last shard for the next task. Throws {@link TaskDropped} for a task that can't be computed, and
 * lets {@link org.decentralizedai.kernels.KernelException} pass: then this runner is done for.
 */
final class TaskRunner {
    private static final int CORPUS_SHARDS_KEPT = 64;

    private final Device device;
    private final WorkerPorts ports;
    private final CheckpointSource checkpoints;
    private final SecondMomentSource secondMoments;
    private final CheckedBlobs corpus;
    private final Backoff backoff;
    private final boolean frugal;
    private final Sender sender = new Sender();

    private @Nullable LocalTraining training;
    private @Nullable TaskShape tuned; // what the device was made fast for; null while it uses its standard kernels
    private @Nullable Sha256 checkpoint; // θ_t
    private byte[] file = {}; // of that checkpoint
    private @Nullable Sha256 shard;
    private byte[] shardBytes = {};

    /** @param frugal takes as little memory as it can: the device has failed, and nobody knows whether for want of it */
    TaskRunner(Device device, WorkerPorts ports, Backoff backoff, boolean frugal) {
        this.device = device;
        this.frugal = frugal;
        this.ports = ports;
        this.backoff = backoff;
        var weights = new CheckedBlobs(ports.shards(), ports.weights(), ports.digest());
        checkpoints = new CheckpointSource(weights, ports);
        secondMoments = new SecondMomentSource(weights);
        corpus = new CheckedBlobs(ports.shards(), ports.corpus(), ports.digest());
    }

    FinishedTask run(GradientTask task, ModelConfig model, Pulse pulse) {
        try {
            LocalTraining ready = training(TaskShape.of(model, task.steps()), task.auditable());
            var download = new Download(pulse, backoff, ports.listener());
            TaskWindows windows = windows(task.data(), task.steps().context(), download);
            load(ready, task, model, download);
            return train(ready, task, windows, pulse);
        } catch (BlobException | IllegalArgumentException e) { // or a task that contradicts its data or its model
            throw TaskDropped.because(String.valueOf(e.getMessage()));
        }
    }

    private TaskWindows windows(CorpusWindows data, int context, Download download) {
        if (!data.shard().equals(shard)) {
            shardBytes = download.fetch(corpus, List.of(data.shard()), 0);
            shard = data.shard();
            corpus.keepNewest(CORPUS_SHARDS_KEPT);
        }
        return new TaskWindows(shardBytes, data, context);
    }

    /** Ends the session where the device can't hold such tasks: the next one would be like this one. */
    private LocalTraining training(TaskShape shape, boolean auditable) {
        LocalTraining old = training;
        if (old != null && old.fits(shape)) {
            chooseKernels(shape, auditable);
            return old;
        }
        training = null;
        if (old != null) old.free();
        var plan = frugal ? MemoryPlan.recomputing(shape) : MemoryPlan.within(device.memory(), shape);
        String refusal = plan.refusal(device.memory());
        if (refusal != null) throw SessionEnded.failed(refusal);
        chooseKernels(shape, auditable);
        var fresh = new LocalTraining(device.kernels(), plan);
        training = fresh;
        ports.listener().on(new WorkerEvent.Planned(plan.bytes(), plan.keeping()));
        return fresh;
    }

    private void chooseKernels(TaskShape shape, boolean auditable) {
        if (auditable) device.useStandardKernels();
        else if (!shape.computesAs(tuned)) tune(shape);
        tuned = auditable ? null : shape;
    }

    private void tune(TaskShape shape) {
        ports.listener().on(new WorkerEvent.State(Phase.TUNING, ""));
        Tuning tuning = device.tune(shape);
        if (!tuning.choices().isEmpty()) ports.listener().on(new WorkerEvent.Tuned(tuning));
    }

    private void load(LocalTraining training, GradientTask task, ModelConfig model, Download download) {
        int parameters = ParameterLayout.of(model).parameterCount();
        if (!task.checkpoint().equals(checkpoint)) {
            byte[] fetched = checkpoints.file(
                    task,
                    parameters,
                    from -> from.equals(checkpoint) ? WeightsFile.of(file, parameters) : null,
                    download);
            WeightsFile.valuesAt(fetched, parameters); // refuses what is none
            file = fetched;
            checkpoint = task.checkpoint();
        }
        training.load(file, WeightsFile.valuesAt(file, parameters));
        training.secondMoment(secondMoments.packed(task.secondMoment(), parameters, download));
    }

    private FinishedTask train(LocalTraining training, GradientTask task, TaskWindows windows, Pulse pulse) {
        ports.listener().on(new WorkerEvent.State(Phase.TRAINING, ""));
        LocalSteps steps = task.steps();
        training.restart();
        double spent = 0, first = 0, last;
        int done = 0;
        do {
            double began = ports.clock().millis();
            last = training.step(steps, ++done, windows);
            double took = ports.clock().millis() - began;
            if (done == 1) first = last;
            if (!Double.isFinite(last)) throw TaskDropped.because("the loss of step " + done + " is not finite");
            double rate = 1000.0 * steps.batch() * steps.context() / Math.max(took, 1e-3);
            ports.listener().on(new WorkerEvent.Progress(task.round(), done, steps.steps(), last, rate));
            pulse.attend(done, last);
            spent += took + pulse.restAfter(took);
        } while (done < steps.steps() && !pulse.enough());
        byte[] encoded = sender.encode(task.form(), task.round(), training);
        Sha256 hash = ports.digest().sha256(encoded);
        int tokens = steps.sized(done, steps.batch()).tokens();
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, spent));
        return new FinishedTask(task.lease(), new Bytes(encoded), hash, done, tokens, first, last, millis);
    }

    /** Releases the device. */
    void close() {
        device.close();
    }
}
