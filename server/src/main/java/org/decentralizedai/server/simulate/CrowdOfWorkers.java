package org.decentralizedai.server.simulate;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.UpdateIntake;
import org.decentralizedai.server.train.UpdateRules;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** The workers of a simulation, always as many, and what they share. */
final class CrowdOfWorkers {
    private final Training training;
    private final Lab lab;
    private final Timeline timeline;
    private final Scenario scenario;
    private final SplitMix64 seeds;
    private final Conspiracy conspiracy;
    private final Tally tally = new Tally();
    private final List<VirtualWorker> workers = new ArrayList<>();
    private final long checkpointBytes;
    private final long momentBytes; // of a published second moment

    CrowdOfWorkers(Training training, Lab lab, Timeline timeline, Scenario scenario, long checkpointBytes) {
        this.training = training;
        this.lab = lab;
        this.timeline = timeline;
        this.scenario = scenario;
        this.checkpointBytes = checkpointBytes;
        momentBytes = 2L * ParameterLayout.of(training.model()).parameterCount();
        seeds = new SplitMix64(scenario.seed());
        double reach = UpdateRules.of(scenario.recipe()).greatestChange().applyAsDouble(0);
        conspiracy = new Conspiracy(scenario.crowd().colluding(), reach, scenario.seed());
    }

    /** All of them come within {@code joinSeconds}. */
    void gather() {
        int dishonest = scenario.crowd().dishonest();
        for (int i = 0; i < scenario.crowd().workers(); i++) replace(i >= dishonest);
    }

    /** A new worker comes in a while, as honest as the one that left: the dishonest are always as many. */
    void replace(boolean honest) {
        double wait = scenario.crowd().joinSeconds() * seeds.nextDouble();
        long seed = seeds.nextLong();
        timeline.after(wait, () -> join(honest, seed));
    }

    private void join(boolean honest, long seed) {
        var worker = new VirtualWorker(this, timeline, scenario.crowd(), honest, seed);
        workers.add(worker);
        tally.joined++;
        var hello = worker.hello();
        training.workers().seen(worker.id(), hello.adapter(), hello.software(), hello.gigaflops());
        desk().join(worker);
        desk().request(worker);
    }

    TaskDesk desk() {
        return training.desk();
    }

    UpdateIntake intake() {
        return training.intake();
    }

    double flopsPerToken() {
        return training.model().trainingFlopsPerToken();
    }

    double leaseSeconds() {
        return scenario.recipe().leaseSeconds();
    }

    Lab lab() {
        return lab;
    }

    Conspiracy conspiracy() {
        return conspiracy;
    }

    Tally tally() {
        return tally;
    }

    /** Bytes that a worker loads for a task, the corpus apart. @param last task that it had */
    long download(GradientTask task, @Nullable GradientTask last) {
        Sha256 holds = last == null ? null : last.checkpoint();
        long bytes = task.checkpoint().equals(holds) ? 0 : hops(task, holds);
        boolean sameMoment = last != null && last.secondMoment().equals(task.secondMoment());
        if (!task.secondMoment().isEmpty() && !sameMoment) bytes += momentBytes;
        tally.downloadBytes += bytes;
        return bytes;
    }

    /** The deltas since the checkpoint that it has, or everything. */
    private long hops(GradientTask task, @Nullable Sha256 holds) {
        long bytes = 0;
        for (Hop hop : task.hops().reversed()) {
            bytes += hop.bytes();
            if (hop.from().equals(holds)) return bytes;
        }
        return checkpointBytes;
    }

    /** An audit has found a fake of this worker. */
    void caught(String worker, int round) {
        workers.stream().filter(each -> each.id().equals(worker)).forEach(each -> each.caught(round));
    }

    int liars() {
        return (int) workers.stream().filter(each -> !each.honest()).count();
    }

    /** Of those that are there and those that have left. */
    double onlineSeconds() {
        return tally.onlineSeconds
                + workers.stream().mapToDouble(VirtualWorker::onlineSeconds).sum();
    }

    void end() {
        workers.forEach(VirtualWorker::end);
    }
}
